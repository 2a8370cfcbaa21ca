package dev.igvmtool.abi.tdx;

/** What a TD asks its host for by {@link TdCall#VP_VMCALL} with R10 0: the number in R11, and the status in R10. */
public final class TdVmCall {
    public static final int CPUID = 10;
    public static final int HALT = 12;
    public static final int IO = 30;
    public static final int READ_MSR = 31;
    public static final int WRITE_MSR = 32;
    public static final int MAP_GPA = 0x1_0001;

    public static final long SUCCESS = 0;
    public static final long RETRY = 1;
    public static final long OPERAND_INVALID = 0x8000_0000_0000_0000L;

    private TdVmCall() {}
}
