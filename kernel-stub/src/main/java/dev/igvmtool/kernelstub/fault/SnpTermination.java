package dev.igvmtool.kernelstub.fault;

/** The kernel of an SNP guest cannot go on, and tells the hypervisor why in two numbers (GHCB specification, 2.3.1). */
public final class SnpTermination extends KernelPanic {
    /** Reasons of the GHCB specification. */
    public static final int SET_GENERAL = 0;

    public static final int GENERAL_REQUEST = 0;
    public static final int PROTOCOL_UNSUPPORTED = 1;
    public static final int SNP_UNSUPPORTED = 2;

    /** Reasons of Linux. */
    public static final int SET_LINUX = 1;

    public static final int LINUX_REGISTER = 0;
    public static final int LINUX_PAGE_STATE = 1;
    public static final int LINUX_PVALIDATE = 2;
    public static final int LINUX_CPUID = 4;

    private static final long serialVersionUID = 1L;

    private final int set;
    private final int reason;

    /** @param message one line */
    public SnpTermination(int set, int reason, String message) {
        super(message);
        this.set = set;
        this.reason = reason;
    }

    /** Set of reasons. */
    public int set() {
        return set;
    }

    /** Reason within its set. */
    public int reason() {
        return reason;
    }
}
