package dev.igvmtool.abi.hv;

/** Bits of register {@link RegisterName#VSM_CAPABILITIES}. */
public final class VsmCapabilities {
    /** DR6 is shared between VTLs. */
    public static final long DR6_SHARED = 1;

    /** Intercepts can be delivered in the VP assist page. */
    public static final long INTERCEPT_PAGE_AVAILABLE = 1L << 27;

    /** Actions of the VP assist page are done at a return to a lower VTL. */
    public static final long RETURN_ACTION_AVAILABLE = 1L << 28;

    /** An alias of VTL0 memory exists in the upper half of the address space. */
    public static final long VTL0_ALIAS_MAP_AVAILABLE = 1L << 29;

    public static final long INTERCEPT_NOT_PRESENT_AVAILABLE = 1L << 30;
    public static final long INTERCEPT_SYSTEM_RESET_AVAILABLE = 1L << 32;

    private VsmCapabilities() {}
}
