package dev.igvmtool.kernelstub.state;

import dev.igvmtool.abi.x64.SegmentValue;

/** Segments of the kernel's descriptor table, as Linux orders them ({@code arch/x86/include/asm/segment.h}). */
public final class Selectors {
    public static final int KERNEL_CODE = 0x10;
    public static final int KERNEL_DATA = 0x18;
    /** What SYSRET counts from, with privilege level 3. */
    public static final int USER_BASE = 0x23;

    public static final int USER_DATA = 0x2b;
    public static final int USER_CODE = 0x33;
    public static final int TASK = 0x40;

    private static final long FLAT_CODE = 0x00af_9b00_0000_ffffL;
    private static final long FLAT_DATA = 0x00cf_9300_0000_ffffL;
    private static final long FLAT_CODE_32 = 0x00cf_9b00_0000_ffffL;
    private static final long USER = 3L << 45;

    private Selectors() {}

    /** The descriptor table of a processor whose task state segment is at {@code tss}. */
    public static long[] table(long tss) {
        long limit = CpuArea.TSS_BYTES - 1;
        long low = limit | (tss & 0xff_ffff) << 16 | 0x8bL << 40 | (tss >>> 24 & 0xff) << 56;
        return new long[] {
            0,
            FLAT_CODE_32,
            FLAT_CODE,
            FLAT_DATA,
            FLAT_CODE_32 | USER,
            FLAT_DATA | USER,
            FLAT_CODE | USER,
            0,
            low,
            tss >>> 32
        };
    }

    /** Kernel code segment as it is loaded. */
    public static SegmentValue kernelCode() {
        return new SegmentValue(0, 0xffff_ffffL, KERNEL_CODE, 0xa09b);
    }

    /** Kernel data segment as it is loaded. */
    public static SegmentValue kernelData() {
        return new SegmentValue(0, 0xffff_ffffL, KERNEL_DATA, 0xc093);
    }

    /** Task register as it is loaded. */
    public static SegmentValue task(long tss) {
        return new SegmentValue(tss, CpuArea.TSS_BYTES - 1, TASK, 0x008b);
    }
}
