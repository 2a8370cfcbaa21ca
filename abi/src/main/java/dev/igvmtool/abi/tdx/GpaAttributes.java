package dev.igvmtool.abi.tdx;

/**
 * {@code GPA_ATTR}: what each partition may do with a page, 16 bits for each, the TD itself first. As a mask, bit 15 of a
 * partition asks to forget its translations.
 */
public final class GpaAttributes {
    public static final int READ = 1;
    public static final int WRITE = 1 << 1;
    public static final int SUPERVISOR_EXECUTE = 1 << 2;
    public static final int USER_EXECUTE = 1 << 3;
    /** The 16 bits mean something. */
    public static final int VALID = 1 << 15;

    public static final int ALL = READ | WRITE | SUPERVISOR_EXECUTE | USER_EXECUTE;

    /** How many have 16 bits: the TD and three partitions. */
    public static final int PARTITIONS = 4;

    private GpaAttributes() {}

    /** Attributes for one partition, 1 to 3. */
    public static long of(int partition, int attributes) {
        return (long) attributes << 16 * partition;
    }

    /** The 16 bits of a partition. */
    public static int get(long attributes, int partition) {
        return (int) (attributes >>> 16 * partition) & 0xffff;
    }
}
