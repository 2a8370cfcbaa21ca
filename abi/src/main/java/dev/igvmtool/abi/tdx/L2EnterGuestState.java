package dev.igvmtool.abi.tdx;

import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.x64.Gpr;

/**
 * {@code L2_ENTER_GUEST_STATE}, 160 bytes at a multiple of 256: the registers with which {@link TdCall#VP_ENTER} enters a
 * partition, and which it leaves there. A view; each accessor is one access.
 */
public record L2EnterGuestState(Memory memory, long address) {
    public static final int SIZE = 160;
    public static final int ALIGNMENT = 256;

    private static final int RFLAGS = 0x80;
    private static final int RIP = 0x88;

    public long get(Gpr register) {
        return memory.readU64(address + (long) register.ordinal() * Long.BYTES);
    }

    public void set(Gpr register, long value) {
        memory.writeU64(address + (long) register.ordinal() * Long.BYTES, value);
    }

    public long rflags() {
        return memory.readU64(address + RFLAGS);
    }

    public void setRflags(long value) {
        memory.writeU64(address + RFLAGS, value);
    }

    public long rip() {
        return memory.readU64(address + RIP);
    }

    public void setRip(long value) {
        memory.writeU64(address + RIP, value);
    }
}
