package dev.igvmtool.abi.snp;

/** Attributes that RMPADJUST sets, in RDX: target VMPL in bits 0 to 7, permissions in bits 8 to 11. */
public final class RmpAdjust {
    public static final int READ = 1 << 8;
    public static final int WRITE = 1 << 9;
    public static final int USER_EXECUTE = 1 << 10;
    public static final int SUPERVISOR_EXECUTE = 1 << 11;
    /** The page is a {@link Vmsa}. */
    public static final int VMSA = 1 << 16;

    public static final int ALL = READ | WRITE | USER_EXECUTE | SUPERVISOR_EXECUTE;

    private RmpAdjust() {}
}
