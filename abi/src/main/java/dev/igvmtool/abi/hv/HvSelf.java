package dev.igvmtool.abi.hv;

/** Ids by which a caller names itself. */
public final class HvSelf {
    /** {@code HV_PARTITION_ID_SELF}. */
    public static final long PARTITION = -1L;

    /** {@code HV_VP_INDEX_SELF}, 0xfffffffe. */
    public static final int VP = -2;

    /** {@code HV_ANY_VP}, 0xffffffff. */
    public static final int ANY_VP = -1;

    private HvSelf() {}
}
