package dev.igvmtool.abi.snp;

/**
 * Codes of exits: those of the processor (AMD64 Architecture Programmer's Manual, volume 2, appendix C), and those that
 * a guest asks its hypervisor for (GHCB specification, table of non-automatic exits).
 */
public final class SvmExit {
    public static final long INTERRUPT = 0x60;
    public static final long CPUID = 0x72;
    public static final long HLT = 0x78;
    public static final long IOIO = 0x7b;
    public static final long MSR = 0x7c;
    public static final long SHUTDOWN = 0x7f;
    public static final long VMMCALL = 0x81;
    public static final long NESTED_PAGE_FAULT = 0x400;
    public static final long VMGEXIT = 0x403;
    public static final long PAGE_NOT_VALIDATED = 0x404;
    /** The save area cannot be run. */
    public static final long INVALID = -1;

    public static final long PAGE_STATE_CHANGE = 0x8000_0010L;
    public static final long AP_CREATION = 0x8000_0013L;
    public static final long RUN_VMPL = 0x8000_0018L;
    public static final long HYPERVISOR_FEATURES = 0x8000_fffdL;
    public static final long TERMINATION = 0x8000_fffeL;

    /** Exit information of {@link #IOIO}: IN; the port is in bits 16 to 31. */
    public static final int IO_READ = 1;

    public static final int IO_STRING = 1 << 2;
    public static final int IO_REPEATED = 1 << 3;
    /** Exit information of {@link #IOIO}: shifted by this, 1, 2 or 4 bytes. */
    public static final int IO_SIZE_SHIFT = 4;

    public static final int IO_PORT_SHIFT = 16;
    /** Exit information of {@link #IOIO}: addresses have 64 bits. */
    public static final int IO_ADDRESS_64 = 1 << 9;

    /** Exit information of {@link #NESTED_PAGE_FAULT}: the access was a write. */
    public static final long FAULT_WRITE = 1 << 1;

    public static final long FAULT_FETCH = 1 << 4;
    /** Exit information of {@link #NESTED_PAGE_FAULT}: the reverse map does not permit the access. */
    public static final long FAULT_RMP = 1L << 31;

    public static final long FAULT_FINAL_ADDRESS = 1L << 32;
    public static final long FAULT_ENCRYPTED = 1L << 34;
    public static final long FAULT_VMPL = 1L << 36;

    private SvmExit() {}

    /** Exit information of an access to a port. */
    public static long ioInfo(int port, int sizeBytes, boolean read) {
        return (long) port << IO_PORT_SHIFT | (long) sizeBytes << IO_SIZE_SHIFT | IO_ADDRESS_64 | (read ? IO_READ : 0);
    }
}
