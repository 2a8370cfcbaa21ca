package dev.igvmtool.abi.hv;

/** Bits of register {@link RegisterName#VSM_PARTITION_CONFIG}. */
public final class VsmPartitionConfig {
    public static final long ENABLE_VTL_PROTECTION = 1;
    /** Four bits: {@link GpaProtection} for pages without one of their own. */
    public static final int DEFAULT_PROTECTION_SHIFT = 1;

    public static final long DEFAULT_PROTECTION_MASK = 0xf << DEFAULT_PROTECTION_SHIFT;
    public static final long ZERO_MEMORY_ON_RESET = 1 << 5;
    public static final long INTERCEPT_ACCEPTANCE = 1 << 7;
    public static final long INTERCEPT_ENABLE_VTL_PROTECTION = 1 << 8;
    public static final long INTERCEPT_UNIMPLEMENTED_CPUID = 1 << 10;
    public static final long INTERCEPT_UNRECOVERABLE_EXCEPTION = 1 << 11;
    /** Intercepts are delivered in the VP assist page, entry reason 3. */
    public static final long INTERCEPT_PAGE = 1 << 12;

    public static final long INTERCEPT_RESTORE_PARTITION_TIME = 1 << 13;
    public static final long INTERCEPT_NOT_PRESENT = 1 << 14;
    public static final long INTERCEPT_SYSTEM_RESET = 1 << 15;

    private VsmPartitionConfig() {}
}
