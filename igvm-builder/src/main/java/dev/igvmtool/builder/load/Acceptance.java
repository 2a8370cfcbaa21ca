package dev.igvmtool.builder.load;

/** {@code BootPageAcceptance}: how pages are given to the guest at launch. Names are printed as the reference does. */
public enum Acceptance {
    /** Private, measured. */
    EXCLUSIVE("Exclusive"),
    /** Private, content not measured. */
    EXCLUSIVE_UNMEASURED("ExclusiveUnmeasured"),
    /** State of a processor. */
    VP_CONTEXT("VpContext"),
    /** Visible to the host, not accepted. */
    SHARED("Shared"),
    /** SNP secrets page. */
    SECRETS_PAGE("SecretsPage"),
    /** SNP CPUID page. */
    CPUID_PAGE("CpuidPage"),
    /** SNP CPUID page for extended state. */
    CPUID_EXTENDED_STATE_PAGE("CpuidExtendedStatePage");

    private final String text;

    Acceptance(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
