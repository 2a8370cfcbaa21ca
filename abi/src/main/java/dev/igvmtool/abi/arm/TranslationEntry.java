package dev.igvmtool.abi.arm;

/** An entry of a translation table with the 4 KiB granule, stage 1 (VMSAv8-64). */
public final class TranslationEntry {
    public static final long VALID = 1;

    /** A table at levels 0 to 2, a page at level 3; clear for a block. */
    public static final long TABLE_OR_PAGE = 2;

    /** AP[2]: nobody may write. */
    public static final long READ_ONLY = 1 << 7;

    /** Access flag: without it the first access is a fault. */
    public static final long ACCESSED = 1 << 10;

    /** Privileged code cannot be executed. */
    public static final long PXN = 1L << 53;

    /** Of a table: everything below is like PXN. */
    public static final long PXN_TABLE = 1L << 59;

    /** Of a table, APTable[1]: everything below is read-only. */
    public static final long READ_ONLY_TABLE = 1L << 62;

    /** Bits 12 to 47. */
    public static final long ADDRESS_MASK = 0x0000_ffff_ffff_f000L;

    private TranslationEntry() {}
}
