package dev.igvmtool.abi.paravisor;

/** Layout of the VTL2 reserved region of an x64 OpenHCL image, in pages from its start; only SNP fills it. */
public final class ReservedRegion {
    /** VMSA of the first VP. */
    public static final int VMSA_PAGE = 0;

    /** CPUID page. */
    public static final int CPUID_PAGE = 1;

    /** CPUID extended state page. */
    public static final int CPUID_EXTENDED_STATE_PAGE = 2;

    /** Secrets page. */
    public static final int SECRETS_PAGE = 3;

    /** Pages of the whole region. */
    public static final int PAGE_COUNT = 4;

    private ReservedRegion() {}
}
