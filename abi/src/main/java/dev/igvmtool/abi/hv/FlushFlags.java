package dev.igvmtool.abi.hv;

/** {@code HV_FLUSH_FLAGS}: what the flush calls flush, and on whom. */
public final class FlushFlags {
    public static final long ALL_PROCESSORS = 1;
    public static final long ALL_VIRTUAL_ADDRESS_SPACES = 2;
    public static final long NON_GLOBAL_MAPPINGS_ONLY = 4;

    /** Ranges may name large pages; for lists only. */
    public static final long USE_EXTENDED_RANGE_FORMAT = 8;

    private FlushFlags() {}
}
