package dev.igvmtool.abi.snp;

/** Bits of {@code SEV_FEATURES} in a {@link Vmsa}; two places higher they stand in MSR SEV_STATUS. */
public final class SevFeatures {
    public static final long SNP_ACTIVE = 1;
    /** Addresses below the virtual top of memory are private, those above it the shared aliases. */
    public static final long VTOM = 1 << 1;
    /** What would be #VC leaves for a more privileged VMPL instead. */
    public static final long REFLECT_VC = 1 << 2;

    public static final long RESTRICTED_INJECTION = 1 << 3;
    public static final long ALTERNATE_INJECTION = 1 << 4;
    public static final long DEBUG_SWAP = 1 << 5;

    private SevFeatures() {}
}
