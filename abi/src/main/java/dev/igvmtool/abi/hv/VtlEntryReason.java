package dev.igvmtool.abi.hv;

/** {@code HV_VTL_ENTRY_REASON}: why a VP entered a higher VTL, in its assist page. */
public final class VtlEntryReason {
    public static final int RESERVED = 0;
    public static final int VTL_CALL = 1;
    public static final int INTERRUPT = 2;
    public static final int INTERCEPT = 3;

    private VtlEntryReason() {}
}
