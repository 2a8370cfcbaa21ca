package dev.igvmtool.abi.tdx;

/** RCX of {@link TdCall#VP_ENTER}. */
public final class VpEnterFlags {
    private static final int PARTITION_SHIFT = 52;

    private VpEnterFlags() {}

    /** Enters a partition, 1 to 3, without forgetting translations. */
    public static long of(int partition) {
        return (long) partition << PARTITION_SHIFT;
    }

    /** The partition that is to be entered. */
    public static int partition(long flags) {
        return (int) (flags >>> PARTITION_SHIFT) & 3;
    }

    /** True if bits are set that mean nothing. */
    public static boolean hasReserved(long flags) {
        return (flags & ~(3L << PARTITION_SHIFT | 3)) != 0;
    }
}
