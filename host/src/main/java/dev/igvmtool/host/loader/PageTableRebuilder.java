package dev.igvmtool.host.loader;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.format.header.PageTableRelocationRegion;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Moves the four-level page tables of an image together with the memory that they map: directories follow the table
 * region, leaves of the moved ranges are mapped again at their new place, all other leaves stay.
 *
 * <p>Follows the igvm crate (igvm/src/page_table.rs: PageTableRelocationBuilder). Differs: the mapping of the table region
 * itself moves too, as later versions of the crate do; a table reached twice and everything that stops the crate is a
 * {@link LoadException}.
 */
final class PageTableRebuilder {
    private static final int PAGE = 4096;
    private static final int ENTRIES = 512;
    private static final int ROOT_LEVEL = 3;

    /** Largest table region that a host takes: it is held in memory. */
    private static final long MAX_REGION_SIZE = 64L << 20;

    /** A leaf that was taken out, to be put in again elsewhere. */
    private record Leaf(int level, long entry) {}

    private final PageTableRelocationRegion region;
    private final long offset;
    private final TableFormat format;
    private final long addressMask;
    private final List<GpaRange> moved;
    private final ByteBuffer tables;
    private final BitSet visited = new BitSet();
    private final Map<Long, Leaf> pending = new TreeMap<>(Long::compareUnsigned);
    private int tableCount;

    private PageTableRebuilder(Relocation relocation, Map<Long, Bytes> pages, TableFormat format) {
        this.region = relocation.pageTables();
        this.offset = relocation.offset();
        this.format = format;
        this.addressMask = format.addressMask();
        this.moved = List.of(relocation.region().range(), region.range());
        this.tableCount = (int) (region.usedSize() / PAGE);
        this.tables = ByteBuffer.allocate((int) region.size()).order(ByteOrder.LITTLE_ENDIAN);
        pages.forEach((gpa, content) -> content.copyTo(0, tables.array(), (int) (gpa - region.gpa()), content.size()));
    }

    /**
     * The tables for the new place, to be loaded at the region's address plus the offset.
     *
     * @param pages initial tables by address; those that are missing are zero
     * @param root CR3 as the file has it, or TTBR0_EL1
     * @param format of the tables
     * @throws LoadException if the tables cannot be rebuilt
     */
    static Bytes rebuild(Relocation relocation, Map<Long, Bytes> pages, long root, TableFormat format) {
        long size = relocation.pageTables().size();
        if (Long.compareUnsigned(size, MAX_REGION_SIZE) > 0) {
            throw new LoadException(
                    String.format("page table region of 0x%x bytes, expected at most 0x%x", size, MAX_REGION_SIZE));
        }
        return new PageTableRebuilder(relocation, pages, format).rebuild(root & format.addressMask());
    }

    private Bytes rebuild(long cr3) {
        int root = tableAt(cr3, region.gpa());
        takeOut(root, ROOT_LEVEL, 0);
        pending.forEach((va, leaf) -> putIn(root, va, leaf));
        byte[] used = new byte[tableCount * PAGE];
        tables.get(0, used);
        return Bytes.wrap(used);
    }

    /** First pass: moves directory entries, and takes out the leaves that have to move. */
    private void takeOut(int table, int level, long tableVa) {
        if (visited.get(table)) {
            throw new LoadException(String.format(
                    "page table at 0x%x is reached twice, cannot relocate it", region.gpa() + (long) table * PAGE));
        }
        visited.set(table);
        for (int i = 0; i < ENTRIES; i++) {
            long entry = entry(table, i);
            long va = tableVa + i * span(level);
            if (!format.isPresent(entry)) {
                continue;
            }
            if (format.isLeaf(entry, level)) {
                takeOutLeaf(table, i, level, va, entry);
            } else if (region.range().contains(entry & addressMask)) {
                setEntry(table, i, withAddress(entry, (entry & addressMask) + offset));
                takeOut(tableAt(entry & addressMask, region.gpa()), level - 1, va);
            }
        }
    }

    private void takeOutLeaf(int table, int index, int level, long va, long entry) {
        long span = span(level);
        // Identity maps only: the virtual range says what is mapped. An offset below the span stays within the leaf.
        GpaRange mapped = GpaRange.ofSize(va, span);
        if (moved.stream().noneMatch(range -> range.overlaps(mapped)) || Long.compareUnsigned(offset, span) < 0) {
            return;
        }
        long newVa = va + offset;
        if (Long.remainderUnsigned(newVa, span) != 0) {
            throw new LoadException(
                    String.format("offset 0x%x does not suit the mapping of 0x%x bytes at 0x%x", offset, span, va));
        }
        if (pending.put(newVa, new Leaf(level, withAddress(entry, newVa))) != null) {
            throw new LoadException(String.format("two mappings would move to 0x%x", newVa));
        }
        setEntry(table, index, 0);
    }

    /** Second pass: maps a leaf at its new place, with new directories as needed. */
    private void putIn(int root, long va, Leaf leaf) {
        int table = root;
        for (int level = ROOT_LEVEL; level > leaf.level; level--) {
            int index = (int) (va / span(level) % ENTRIES);
            long entry = entry(table, index);
            if (!format.isPresent(entry)) {
                entry = region.gpa() + offset + (long) newTable() * PAGE | format.directory();
                setEntry(table, index, entry);
            } else if (format.isLeaf(entry, level)) {
                throw new LoadException(String.format(
                        "mapping of 0x%x bytes is in the way of the one that moves to 0x%x", span(level), va));
            }
            table = tableAt(entry & addressMask, region.gpa() + offset);
        }
        int index = (int) (va / span(leaf.level) % ENTRIES);
        long present = entry(table, index);
        if (format.isPresent(present) && present != leaf.entry) {
            throw new LoadException(String.format(
                    "entry 0x%x is in the way of entry 0x%x that moves to 0x%x", present, leaf.entry, va));
        }
        setEntry(table, index, leaf.entry);
    }

    private int newTable() {
        if ((long) (tableCount + 1) * PAGE > region.size()) {
            throw new LoadException(
                    String.format("page table region of 0x%x bytes has no room for another table", region.size()));
        }
        return tableCount++;
    }

    /** Index of the table at {@code address}, with the region at {@code base}; it must be in use. */
    private int tableAt(long address, long base) {
        long distance = address - base;
        if (distance % PAGE != 0 || distance < 0 || distance >= (long) tableCount * PAGE) {
            throw new LoadException(String.format(
                    "page table at 0x%x lies outside the tables in use, 0x%x-0x%x",
                    address, base, base + (long) tableCount * PAGE));
        }
        return (int) (distance / PAGE);
    }

    /** Bytes that one entry maps. */
    private static long span(int level) {
        return 1L << 12 + 9 * level;
    }

    private long withAddress(long entry, long address) {
        return entry & ~addressMask | address & addressMask;
    }

    private long entry(int table, int index) {
        return tables.getLong(table * PAGE + index * Long.BYTES);
    }

    private void setEntry(int table, int index, long entry) {
        tables.putLong(table * PAGE + index * Long.BYTES, entry);
    }
}
