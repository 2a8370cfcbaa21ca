package dev.igvmtool.abi.hv;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.binary.StructLayout;
import java.util.List;

/**
 * {@code HV_VP_ASSIST_PAGE}: the page by which hypervisor and one VTL of a VP talk at VTL switches. A view.
 *
 * @param memory where the page lies
 * @param address of the page in that memory
 */
public record VpAssistPage(Memory memory, long address) {
    public static final int APIC_ASSIST = 0x000;
    public static final int ENTRY_REASON = 0x008;
    public static final int VINA_STATUS = 0x00c;
    public static final int RAX = 0x010;
    public static final int RCX = 0x018;
    public static final int MESSAGE = 0x070;
    public static final int RETURN_ACTIONS = 0x170;

    /** Bytes of the list of return actions. */
    public static final int RETURN_ACTIONS_BYTES = 256;

    private static final int SIZE = 0x1000;

    /** Where the fields lie. */
    public static StructLayout layout() {
        return new StructLayout(
                "HV_VP_ASSIST_PAGE",
                SIZE,
                List.of(
                        StructLayout.Field.integer("apic_assist", APIC_ASSIST, 4),
                        StructLayout.Field.integer("vtl_entry_reason", ENTRY_REASON, 4),
                        StructLayout.Field.integer("vina_status", VINA_STATUS, 1),
                        StructLayout.Field.integer("vtl_return_rax", RAX, 8),
                        StructLayout.Field.integer("vtl_return_rcx", RCX, 8),
                        StructLayout.Field.structure(
                                "intercept_message",
                                MESSAGE,
                                HvMessage.CODEC.layout().orElseThrow()),
                        StructLayout.Field.bytes("vtl_return_actions", RETURN_ACTIONS, RETURN_ACTIONS_BYTES)));
    }

    /** Why this VTL was entered, see {@link VtlEntryReason}. */
    public int entryReason() {
        return (int) memory.readU32(address + ENTRY_REASON);
    }

    public void setEntryReason(int reason) {
        memory.writeU32(address + ENTRY_REASON, reason);
    }

    /** RAX of the lower VTL at a return that is not fast. */
    public long rax() {
        return memory.readU64(address + RAX);
    }

    public void setRax(long value) {
        memory.writeU64(address + RAX, value);
    }

    /** RCX of the lower VTL at a return that is not fast. */
    public long rcx() {
        return memory.readU64(address + RCX);
    }

    public void setRcx(long value) {
        memory.writeU64(address + RCX, value);
    }

    /** The 256 bytes of the last intercept message, an {@link HvMessage}. */
    public Bytes message() {
        return memory.readBytes(address + MESSAGE, HvMessage.SIZE);
    }

    public void setMessage(Bytes message) {
        memory.writeBytes(address + MESSAGE, message);
    }
}
