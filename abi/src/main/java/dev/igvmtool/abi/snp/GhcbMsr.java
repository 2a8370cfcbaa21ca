package dev.igvmtool.abi.snp;

/** The MSR protocol of the GHCB register (GHCB specification, section 2.3.1): bits 0 to 11 say what the others mean. */
public final class GhcbMsr {
    public static final int INFO_MASK = 0xfff;

    public static final int SEV_INFO_RESPONSE = 0x001;
    public static final int SEV_INFO_REQUEST = 0x002;
    /** Function in bits 32 to 63, register in bits 30 and 31. */
    public static final int CPUID_REQUEST = 0x004;

    public static final int CPUID_RESPONSE = 0x005;
    public static final int PREFERRED_GPA_REQUEST = 0x010;
    public static final int PREFERRED_GPA_RESPONSE = 0x011;
    public static final int REGISTER_GPA_REQUEST = 0x012;
    public static final int REGISTER_GPA_RESPONSE = 0x013;
    /** Page number in bits 12 to 51, {@link #TO_PRIVATE} or {@link #TO_SHARED} in bits 52 to 55. */
    public static final int PAGE_STATE_REQUEST = 0x014;

    public static final int PAGE_STATE_RESPONSE = 0x015;
    /** VMPL in bits 32 to 39. */
    public static final int RUN_VMPL_REQUEST = 0x016;

    public static final int RUN_VMPL_RESPONSE = 0x017;
    public static final int HYPERVISOR_FEATURES_REQUEST = 0x080;
    public static final int HYPERVISOR_FEATURES_RESPONSE = 0x081;
    /** Set of reasons in bits 12 to 15, reason in bits 16 to 23. */
    public static final int TERMINATION_REQUEST = 0x100;

    public static final int TO_PRIVATE = 1;
    public static final int TO_SHARED = 2;

    /** Hypervisor features: SNP guests, creation of processors, run requests for other VMPLs. */
    public static final long FEATURE_SNP = 1;

    public static final long FEATURE_AP_CREATION = 1 << 1;
    public static final long FEATURE_MULTI_VMPL = 1 << 5;

    private GhcbMsr() {}

    /** What a value of the register is. */
    public static int info(long value) {
        return (int) value & INFO_MASK;
    }

    /** Asks for another state of a page. */
    public static long pageState(long gpa, int state) {
        return (long) state << 52 | gpa | PAGE_STATE_REQUEST;
    }

    /** Asks to run another VMPL of this processor. */
    public static long runVmpl(int vmpl) {
        return (long) vmpl << 32 | RUN_VMPL_REQUEST;
    }

    /** Asks to end the guest. */
    public static long termination(int set, int reason) {
        return (long) reason << 16 | (long) set << 12 | TERMINATION_REQUEST;
    }
}
