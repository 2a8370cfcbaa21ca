package dev.igvmtool.host.loader;

/** How imported pages start out: {@code BootPageAcceptance} of openvmm. */
public enum Acceptance {
    /** Private and measured. */
    EXCLUSIVE,
    /** Private, not measured. */
    EXCLUSIVE_UNMEASURED,
    /** Visible to the host. */
    SHARED,
    /** SNP secrets page. */
    SECRETS,
    /** SNP CPUID page. */
    CPUID,
    /** SNP CPUID page for extended state. */
    CPUID_EXTENDED_STATE,
    /** VMSA of a processor. */
    VP_CONTEXT
}
