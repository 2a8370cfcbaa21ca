package dev.igvmtool.abi.hv;

/** {@code HV_MAP_GPA_FLAGS}: what a lower VTL may do with a page. */
public final class GpaProtection {
    public static final int NONE = 0;
    public static final int READ = 1;
    public static final int WRITE = 2;
    public static final int KERNEL_EXECUTE = 4;
    public static final int USER_EXECUTE = 8;
    public static final int ALL = 0xf;

    private GpaProtection() {}
}
