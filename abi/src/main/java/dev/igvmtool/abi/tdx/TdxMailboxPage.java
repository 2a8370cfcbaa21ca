package dev.igvmtool.abi.tdx;

import dev.igvmtool.abi.binary.Memory;

/**
 * The mailbox in which processors of a TD wait: the start of the reset page, see
 * {@link dev.igvmtool.abi.x64.TdxTrampolineContext}, in the layout of the multiprocessor wake-up mailbox (ACPI
 * specification 5.2.12.19). A view; each accessor is one access.
 */
public record TdxMailboxPage(Memory memory, long address) {
    /** Command: the processor of the APIC id goes to the wake-up vector, and writes 0 in place of the command. */
    public static final int WAKE_UP = 1;

    private static final int APIC_ID = 4;
    private static final int WAKEUP_VECTOR = 8;

    public int command() {
        return memory.readU16(address);
    }

    public void setCommand(int command) {
        memory.writeU16(address, command);
    }

    public long apicId() {
        return memory.readU32(address + APIC_ID);
    }

    public void setApicId(long id) {
        memory.writeU32(address + APIC_ID, id);
    }

    public void setWakeupVector(long gpa) {
        memory.writeU64(address + WAKEUP_VECTOR, gpa);
    }
}
