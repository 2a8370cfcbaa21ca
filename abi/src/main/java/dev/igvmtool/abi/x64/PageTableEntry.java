package dev.igvmtool.abi.x64;

/**
 * One 8-byte entry of a page table of any level, 4-level or 5-level paging.
 *
 * @param value the entry as stored
 */
public record PageTableEntry(long value) {
    public static final long PRESENT = 1;
    public static final long WRITABLE = 1 << 1;
    public static final long USER = 1 << 2;
    public static final long CACHE_DISABLE = 1 << 4;
    public static final long ACCESSED = 1 << 5;
    public static final long DIRTY = 1 << 6;
    public static final long LARGE = 1 << 7;
    public static final long NO_EXECUTE = 1L << 63;

    /** Bits 12 to 51: the address of a table or 4 KiB page. */
    public static final long ADDRESS_MASK = 0x000f_ffff_ffff_f000L;

    /** True if the processor uses the entry. */
    public boolean present() {
        return has(PRESENT);
    }

    /** True if the entry maps a large page (levels 2 and 3 only). */
    public boolean large() {
        return has(LARGE);
    }

    /** True if all bits of {@code flags} are set. */
    public boolean has(long flags) {
        return (value & flags) == flags;
    }

    /** Address of the next table or 4 KiB page; for a large page the low bits are below its size. */
    public long address() {
        return value & ADDRESS_MASK;
    }
}
