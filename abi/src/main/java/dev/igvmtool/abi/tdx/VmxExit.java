package dev.igvmtool.abi.tdx;

/** Basic exit reasons of VMX (Intel SDM volume 3, appendix C) and the qualification of some. */
public final class VmxExit {
    public static final int EXTERNAL_INTERRUPT = 1;
    public static final int TRIPLE_FAULT = 2;
    public static final int CPUID = 10;
    public static final int HLT = 12;
    public static final int VMCALL = 18;
    public static final int IO = 30;
    public static final int READ_MSR = 31;
    public static final int WRITE_MSR = 32;
    public static final int EPT_VIOLATION = 48;
    public static final int TDCALL = 77;

    /** Qualification of {@link #IO}: bits 0 to 2, bytes minus one. */
    public static final int IO_SIZE_MASK = 7;

    public static final int IO_IN = 1 << 3;
    public static final int IO_STRING = 1 << 4;
    public static final int IO_REPEATED = 1 << 5;
    /** Qualification of {@link #IO}: bits 16 to 31. */
    public static final int IO_PORT_SHIFT = 16;

    /** Qualification of {@link #EPT_VIOLATION}. */
    public static final int EPT_READ = 1;

    public static final int EPT_WRITE = 1 << 1;
    public static final int EPT_FETCH = 1 << 2;
    public static final int EPT_LINEAR_VALID = 1 << 7;

    private VmxExit() {}

    /** Qualification of an access to a port. */
    public static long ioQualification(int port, int sizeBytes, boolean read) {
        return (long) port << IO_PORT_SHIFT | sizeBytes - 1 | (read ? IO_IN : 0);
    }
}
