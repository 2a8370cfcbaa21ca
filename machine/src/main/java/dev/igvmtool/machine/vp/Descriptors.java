package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.abi.x64.Vector;
import dev.igvmtool.machine.guest.GuestException;

/** Loads segment descriptors from the GDT (SDM volume 3, 3.4.5). */
final class Descriptors {
    private static final int PRESENT = 0x80;
    private static final int CODE_OR_DATA = 0x10;
    private static final int CODE = 0x08;
    private static final int GRANULARITY = 0x8000;
    /** Flat 64-bit code, privilege level 0. */
    private static final int CODE_64_ATTRIBUTES = 0xa09b;
    /** Flat data, privilege level 0. */
    private static final int DATA_ATTRIBUTES = 0xc093;

    private Descriptors() {}

    /** The code segment of a selector, for interrupt delivery and IRET. */
    static SegmentValue loadCode(Memory memory, TableValue gdtr, int selector) {
        SegmentValue segment = load(memory, gdtr, selector);
        int attributes = segment.attributes();
        if ((attributes & (CODE_OR_DATA | CODE)) != (CODE_OR_DATA | CODE)) {
            throw fault(selector, "is not a code segment");
        }
        return segment;
    }

    /** The segment of a selector; the base and limit of the descriptor. */
    static SegmentValue load(Memory memory, TableValue gdtr, int selector) {
        int offset = selector & ~7;
        if (offset == 0 || (selector & 4) != 0 || offset + 7 > gdtr.limit()) {
            throw fault(selector, "is null, local or past the limit of the GDT");
        }
        long descriptor = memory.readU64(gdtr.base() + offset);
        int attributes = (int) (descriptor >>> 40) & 0xf0ff;
        if ((attributes & PRESENT) == 0) {
            throw new GuestException(
                    Vector.SEGMENT_NOT_PRESENT,
                    selector & ~3,
                    0,
                    String.format("segment 0x%x is not present", selector));
        }
        long base = descriptor >>> 16 & 0xff_ffffL | descriptor >>> 32 & 0xff00_0000L;
        long limit = descriptor & 0xffff | descriptor >>> 32 & 0xf_0000;
        if ((attributes & GRANULARITY) != 0) {
            limit = limit << 12 | 0xfff;
        }
        return new SegmentValue(base, limit, selector, attributes);
    }

    /** What SYSCALL and SYSRET load into CS, without looking at the GDT. */
    static SegmentValue flatCode(int selector) {
        return new SegmentValue(0, 0xffff_ffffL, selector, CODE_64_ATTRIBUTES | (selector & 3) << 5);
    }

    /** What SYSCALL and SYSRET load into SS, without looking at the GDT. */
    static SegmentValue flatData(int selector) {
        return new SegmentValue(0, 0xffff_ffffL, selector, DATA_ATTRIBUTES | (selector & 3) << 5);
    }

    /** A null stack selector, as interrupt delivery to privilege level 0 loads it. */
    static SegmentValue nullStack() {
        return new SegmentValue(0, 0, 0, 0);
    }

    private static GuestException fault(int selector, String why) {
        return new GuestException(
                Vector.GENERAL_PROTECTION, selector & ~3, 0, String.format("selector 0x%x %s", selector, why));
    }
}
