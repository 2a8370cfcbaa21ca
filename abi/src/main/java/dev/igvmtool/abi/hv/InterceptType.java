package dev.igvmtool.abi.hv;

/** {@code HV_INTERCEPT_TYPE} and access mask of {@link HypercallCode#INSTALL_INTERCEPT}. */
public final class InterceptType {
    public static final int IO_PORT = 0;
    public static final int MSR = 1;
    public static final int CPUID = 2;
    public static final int EXCEPTION = 3;
    public static final int HYPERCALL = 8;
    public static final int UNKNOWN_SYNIC_CONNECTION = 13;
    public static final int APIC_EOI = 14;
    public static final int RETARGET_UNKNOWN_DEVICE = 15;
    /** Parameter: first port in bits 0-15, last port in bits 16-31. */
    public static final int IO_PORT_RANGE = 17;

    public static final int ACCESS_NONE = 0;
    public static final int ACCESS_READ = 1;
    public static final int ACCESS_WRITE = 2;
    public static final int ACCESS_EXECUTE = 4;

    private InterceptType() {}
}
