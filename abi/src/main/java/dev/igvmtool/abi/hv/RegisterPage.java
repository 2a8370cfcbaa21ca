package dev.igvmtool.abi.hv;

import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;

/**
 * {@code HV_X64_REGISTER_PAGE}: registers of the lower VTL while a higher one runs. A view.
 *
 * @param memory where the page lies
 * @param address of the page in that memory
 */
public record RegisterPage(Memory memory, long address) {
    public static final int VERSION = 0x000;
    public static final int VALID = 0x002;
    public static final int VTL = 0x003;
    public static final int DIRTY = 0x004;
    public static final int GENERAL = 0x008;
    public static final int RIP = 0x088;
    public static final int RFLAGS = 0x090;
    public static final int XMM = 0x0a0;
    /** ES CS SS DS FS GS. */
    public static final int SEGMENTS = 0x100;

    public static final int CR0 = 0x160;
    public static final int CR3 = 0x168;
    public static final int CR4 = 0x170;
    public static final int CR8 = 0x178;
    public static final int EFER = 0x180;
    public static final int DR7 = 0x188;
    public static final int PENDING_INTERRUPTION = 0x190;
    public static final int INTERRUPT_STATE = 0x198;

    public static final int DIRTY_GENERAL = 1;
    public static final int DIRTY_RIP = 1 << 1;
    public static final int DIRTY_XMM = 1 << 2;
    public static final int DIRTY_SEGMENTS = 1 << 3;
    public static final int DIRTY_FLAGS = 1 << 4;

    /** Version of this layout. */
    public static final int VERSION_1 = 1;

    /** Segments that the page has, from ES on. */
    public static final int SEGMENT_COUNT = 6;

    public boolean isValid() {
        return memory.readU8(address + VALID) != 0;
    }

    public void setValid(boolean valid) {
        memory.writeU16(address + VERSION, VERSION_1);
        memory.writeU8(address + VALID, valid ? 1 : 0);
    }

    /** VTL whose registers these are. */
    public int vtl() {
        return memory.readU8(address + VTL);
    }

    public void setVtl(int vtl) {
        memory.writeU8(address + VTL, vtl);
    }

    /** Classes that the higher VTL has changed. */
    public int dirty() {
        return (int) memory.readU32(address + DIRTY);
    }

    public void setDirty(int classes) {
        memory.writeU32(address + DIRTY, classes);
    }

    /** A u64 register by its offset. */
    public long get(int offset) {
        return memory.readU64(address + offset);
    }

    public void set(int offset, long value) {
        memory.writeU64(address + offset, value);
    }

    /** One of the first six segment registers. */
    public SegmentValue segment(SegmentRegister register) {
        return memory.read(SegmentValue.CODEC, segmentAddress(register));
    }

    public void setSegment(SegmentRegister register, SegmentValue value) {
        memory.write(SegmentValue.CODEC, segmentAddress(register), value);
    }

    private long segmentAddress(SegmentRegister register) {
        return address + SEGMENTS + (long) register.ordinal() * SegmentValue.CODEC.size();
    }
}
