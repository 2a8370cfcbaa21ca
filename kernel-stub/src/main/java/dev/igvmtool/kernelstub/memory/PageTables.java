package dev.igvmtool.kernelstub.memory;

import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.x64.PageTableEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * One set of four-level page tables in guest memory: mapping and looking up. Large pages are used where both addresses
 * allow it. Entries are seen here without the bits of isolated guests, see {@link #SHARED}; tables are always private.
 *
 * @param physical memory by guest physical address
 * @param pages source of pages for further tables
 * @param bits what entries say of isolation
 * @param root address of the top table
 */
public record PageTables(Memory physical, LongSupplier pages, AddressBits bits, long root) {
    /** Software bit of a leaf: the page belongs to the address space and is freed with it. */
    public static final long OWNED = 1 << 9;
    /**
     * Flag of a leaf: the page belongs to guest and host. In memory it is told by {@link AddressBits}, and is lost where
     * these have nothing to tell.
     */
    public static final long SHARED = 1 << 10;

    private static final int LEVELS = 4;
    private static final int ENTRIES = 512;
    private static final long TABLE_FLAGS = PageTableEntry.PRESENT | PageTableEntry.WRITABLE;
    /** Attributes of leaves; the rest of an entry is the address. */
    private static final long GIGABYTE = 1L << 30;

    /** What is found at an address: the leaf, and how much it maps. */
    public record Leaf(PageTableEntry entry, long sizeBytes) {
        /** Physical address of {@code gva}, which the leaf maps. */
        public long gpa(long gva) {
            return (entry.address() & -sizeBytes) + (gva & sizeBytes - 1);
        }
    }

    /** Receives the leaves of a walk. */
    @FunctionalInterface
    public interface LeafVisitor {
        /** One leaf, in address order; the entry may be changed meanwhile. */
        void leaf(long gva, long entryGpa, Leaf leaf);
    }

    /** The same with an empty top table of its own. */
    public PageTables fresh() {
        long top = pages.getAsLong();
        physical.zero(top, KernelMap.PAGE);
        return new PageTables(physical, pages, bits, top);
    }

    /** What CR3 is for these tables. */
    public long cr3() {
        return bits.of(root, false);
    }

    private PageTableEntry read(long entryGpa) {
        long value = physical.readU64(entryGpa);
        return new PageTableEntry(bits.strip(value) | (bits.isShared(value) ? SHARED : 0));
    }

    private void write(long entryGpa, long gpa, long flags) {
        physical.writeU64(entryGpa, bits.of(gpa, (flags & SHARED) != 0) | flags & ~SHARED);
    }

    /**
     * Maps {@code size} bytes, all page aligned; what was mapped there is replaced.
     *
     * @param flags of the leaves, {@link PageTableEntry#PRESENT} included
     */
    public void map(long gva, long gpa, long size, long flags) {
        for (long done = 0; done < size; ) {
            long rest = size - done;
            int level = leafLevel(gva + done, gpa + done, rest);
            long unit = unit(level);
            long large = level > 1 ? PageTableEntry.LARGE : 0;
            write(entry(gva + done, level, flags), gpa + done, flags | large);
            done += unit;
        }
    }

    /** Takes the leaf away that maps {@code gva}; a larger one is split first, so that only one page goes. */
    public void unmap(long gva) {
        if (lookup(gva).isPresent()) {
            physical.writeU64(entry(gva, 1, 0), 0);
        }
    }

    /** Makes a table for the 512 GiB around {@code gva}: whoever shares this half later sees what is mapped there. */
    public void reserve(long gva) {
        entry(gva, LEVELS - 1, 0);
    }

    /** Takes a whole leaf away. */
    public void unmapLeaf(long gva) {
        lookup(gva).ifPresent(leaf -> physical.writeU64(entry(gva, level(leaf.sizeBytes), 0), 0));
    }

    /** The leaf that maps {@code gva}. */
    public Optional<Leaf> lookup(long gva) {
        long table = root;
        for (int level = LEVELS; ; level--) {
            PageTableEntry entry = read(table + index(gva, level) * 8L);
            if (!entry.present()) {
                return Optional.empty();
            }
            if (level == 1 || level < LEVELS && entry.large()) {
                return Optional.of(new Leaf(entry, unit(level)));
            }
            table = entry.address();
        }
    }

    /** The first address from {@code gva} on that is mapped, {@code end} if there is none below it. */
    public long nextMapped(long gva, long end) {
        long at = gva;
        while (at < end) {
            long table = root;
            int level = LEVELS;
            PageTableEntry entry = read(table + index(at, level) * 8L);
            while (entry.present() && level > 1 && !(level < LEVELS && entry.large())) {
                table = entry.address();
                level--;
                entry = read(table + index(at, level) * 8L);
            }
            if (entry.present()) {
                return at;
            }
            // Nothing is mapped in the whole part that this entry stands for.
            at = (at & -unit(level)) + unit(level);
        }
        return end;
    }

    /** Visits every leaf of the lower half, the user part. */
    public void visitUser(LeafVisitor visitor) {
        for (int i = 0; i < ENTRIES / 2; i++) {
            visit(root + i * 8L, LEVELS, i * unit(LEVELS), visitor);
        }
    }

    /** Gives the tables of the lower half to {@code release}; the leaves must be gone already. */
    public void releaseUserTables(LongConsumer release) {
        for (int i = 0; i < ENTRIES / 2; i++) {
            releaseTable(root + i * 8L, LEVELS, release);
        }
    }

    /** Addresses of all tables, the top one first. */
    public List<Long> tables() {
        List<Long> tables = new ArrayList<>();
        collect(root, LEVELS, tables);
        return tables;
    }

    private void collect(long table, int level, List<Long> tables) {
        tables.add(table);
        for (int i = 0; level > 1 && i < ENTRIES; i++) {
            PageTableEntry entry = read(table + i * 8L);
            if (entry.present() && !(level < LEVELS && entry.large())) {
                collect(entry.address(), level - 1, tables);
            }
        }
    }

    /** Makes the upper half the same as that of {@code kernel}, table by table. */
    public void shareKernelHalf(PageTables kernel) {
        int offset = ENTRIES / 2 * 8;
        physical.writeBytes(root + offset, physical.readBytes(kernel.root + offset, offset));
    }

    private void visit(long entryGpa, int level, long gva, LeafVisitor visitor) {
        PageTableEntry entry = read(entryGpa);
        if (!entry.present()) {
            return;
        }
        if (level == 1 || level < LEVELS && entry.large()) {
            visitor.leaf(gva, entryGpa, new Leaf(entry, unit(level)));
            return;
        }
        for (int i = 0; i < ENTRIES; i++) {
            visit(entry.address() + i * 8L, level - 1, gva + i * unit(level - 1), visitor);
        }
    }

    private void releaseTable(long entryGpa, int level, LongConsumer release) {
        PageTableEntry entry = read(entryGpa);
        if (!entry.present() || level == 1 || level < LEVELS && entry.large()) {
            return;
        }
        for (int i = 0; i < ENTRIES; i++) {
            releaseTable(entry.address() + i * 8L, level - 1, release);
        }
        release.accept(entry.address());
        physical.writeU64(entryGpa, 0);
    }

    /** Address of the entry for {@code gva} in the table of {@code level}, making tables on the way. */
    private long entry(long gva, int level, long flags) {
        long table = root;
        for (int at = LEVELS; at > level; at--) {
            long gpa = table + index(gva, at) * 8L;
            PageTableEntry entry = read(gpa);
            long user = flags & PageTableEntry.USER;
            if (!entry.present()) {
                table = pages.getAsLong();
                physical.zero(table, KernelMap.PAGE);
                write(gpa, table, TABLE_FLAGS | user);
            } else if (at < LEVELS && entry.large()) {
                table = split(gpa, entry, at);
            } else {
                table = entry.address();
                if (!entry.has(user)) {
                    write(gpa, table, flagsOf(entry) | user);
                }
            }
        }
        return table + index(gva, level) * 8L;
    }

    private static long flagsOf(PageTableEntry entry) {
        return entry.value() & ~PageTableEntry.ADDRESS_MASK;
    }

    /** Puts a table in the place of a large leaf; its address. */
    private long split(long entryGpa, PageTableEntry large, int level) {
        long fresh = pages.getAsLong();
        long unit = unit(level - 1);
        long start = large.address() & -unit(level);
        long flags = level == 2 ? flagsOf(large) & ~PageTableEntry.LARGE : flagsOf(large);
        for (int i = 0; i < ENTRIES; i++) {
            write(fresh + i * 8L, start + i * unit, flags);
        }
        write(entryGpa, fresh, TABLE_FLAGS | large.value() & PageTableEntry.USER);
        return fresh;
    }

    private static int leafLevel(long gva, long gpa, long rest) {
        if (((gva | gpa) & GIGABYTE - 1) == 0 && rest >= GIGABYTE) {
            return 3;
        }
        return ((gva | gpa) & KernelMap.LARGE_PAGE - 1) == 0 && rest >= KernelMap.LARGE_PAGE ? 2 : 1;
    }

    /** Bytes that one entry of a table of {@code level} covers; level 1 maps pages. */
    private static long unit(int level) {
        return 1L << 12 + 9 * (level - 1);
    }

    private static int level(long unit) {
        return (Long.numberOfTrailingZeros(unit) - 12) / 9 + 1;
    }

    private static int index(long gva, int level) {
        return (int) (gva >>> 12 + 9 * (level - 1)) & ENTRIES - 1;
    }
}
