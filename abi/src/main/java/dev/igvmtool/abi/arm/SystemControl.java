package dev.igvmtool.abi.arm;

/** Bits of {@code SCTLR_EL1}. */
public final class SystemControl {
    /** Translation is on. */
    public static final long M = 1;

    /** Data accesses may be cached. */
    public static final long C = 1 << 2;

    /** Instruction fetches may be cached. */
    public static final long I = 1 << 12;

    /** What is writable cannot be executed. */
    public static final long WXN = 1 << 19;

    /** Bits that read as one. */
    public static final long RES1 = 0x30d0_0800L;

    private SystemControl() {}
}
