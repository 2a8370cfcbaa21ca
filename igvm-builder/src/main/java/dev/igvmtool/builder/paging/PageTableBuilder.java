package dev.igvmtool.builder.paging;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.x64.PageTableEntry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * x64 page tables that map ranges onto themselves, readable, writable and executable, in the largest pages that fit.
 * Tables are numbered in order of first need, the root first, and stand one after the other.
 * {@code vm/loader/page_table/src/x64.rs: PageTableBuilder}.
 */
public final class PageTableBuilder {
    /** Most tables that one image may need. */
    public static final int MAX_TABLES = 20;

    private static final int TABLE_BYTES = 4096;
    private static final int ENTRIES = 512;
    private static final int[] LEVEL_SHIFTS = {39, 30, 21, 12};
    private static final long LINK = PageTableEntry.PRESENT | PageTableEntry.WRITABLE | PageTableEntry.ACCESSED;
    private static final long LEAF = LINK | PageTableEntry.DIRTY;

    private final long gpa;
    private final long encryptionBit;
    private final long[] entries = new long[MAX_TABLES * ENTRIES];
    private int tables = 1;

    private PageTableBuilder(long gpa, long encryptionBit) {
        this.gpa = gpa;
        this.encryptionBit = encryptionBit;
    }

    /**
     * Builds the tables.
     *
     * @param gpa page-aligned address of the first table
     * @param encryptionBit set in every present entry; 0 for none
     * @param ranges ascending, apart from each other, 4 KiB aligned, below 2^48
     * @return whole tables, in order
     * @throws FormatException if more than {@link #MAX_TABLES} are needed
     */
    public static Bytes build(long gpa, long encryptionBit, List<GpaRange> ranges) {
        PageTableBuilder builder = new PageTableBuilder(gpa, encryptionBit);
        ranges.forEach(builder::map);
        return builder.toBytes();
    }

    private void map(GpaRange range) {
        for (long va = range.start(); va < range.end(); ) {
            va = mapOne(va, range.end());
        }
    }

    private long mapOne(long va, long end) {
        int table = 0;
        for (int shift : LEVEL_SHIFTS) {
            long size = 1L << shift;
            int slot = table * ENTRIES + (int) (va >>> shift & ENTRIES - 1);
            // The root has no leaves, however much is mapped.
            if (shift < 39 && va % size == 0 && end - va >= size) {
                entries[slot] = va | (shift == 12 ? LEAF : LEAF | PageTableEntry.LARGE) | encryptionBit;
                return va + size;
            }
            if (shift == 12) {
                break;
            }
            if (entries[slot] == 0) {
                entries[slot] = gpa + (long) newTable() * TABLE_BYTES | LINK | encryptionBit;
            }
            table = (int) (((entries[slot] & ~encryptionBit & PageTableEntry.ADDRESS_MASK) - gpa) / TABLE_BYTES);
        }
        throw new IllegalArgumentException(String.format("range end 0x%x is not page aligned", end));
    }

    private int newTable() {
        if (tables == MAX_TABLES) {
            throw new FormatException("the page tables need more than " + MAX_TABLES + " pages");
        }
        return tables++;
    }

    private Bytes toBytes() {
        ByteBuffer content = ByteBuffer.allocate(tables * TABLE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.stream(entries).limit((long) tables * ENTRIES).forEach(content::putLong);
        return Bytes.wrap(content.array());
    }
}
