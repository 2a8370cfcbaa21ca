package dev.igvmtool.abi.hv;

/** {@code HV_GENERIC_SET_FORMAT}: how a VP set names its VPs. */
public final class VpSetFormat {
    /** A mask of valid banks, then the banks: 64 VPs each. */
    public static final long SPARSE_4K = 0;

    /** All VPs; no banks. */
    public static final long ALL = 1;

    private VpSetFormat() {}
}
