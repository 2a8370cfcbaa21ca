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
 * allow it.
 *
 * @param physical memory by guest physical address
 * @param pages source of pages for further tables
 * @param root address of the top table, CR3
 */
public record PageTables(Memory physical, LongSupplier pages, long root) {
    /** Software bit of a leaf: the page belongs to the address space and is freed with it. */
    public static final long OWNED = 1 << 9;

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

    /** Tables with an empty top table. */
    public static PageTables create(Memory physical, LongSupplier pages) {
        PageTables tables = new PageTables(physical, pages, pages.getAsLong());
        physical.zero(tables.root, KernelMap.PAGE);
        return tables;
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
            physical.writeU64(entry(gva + done, level, flags), gpa + done | flags | large);
            done += unit;
        }
    }

    /** Takes the leaf away that maps {@code gva}; a larger one is split first, so that only one page goes. */
    public void unmap(long gva) {
        if (lookup(gva).isPresent()) {
            physical.writeU64(entry(gva, 1, 0), 0);
        }
    }

    /** The leaf that maps {@code gva}. */
    public Optional<Leaf> lookup(long gva) {
        long table = root;
        for (int level = LEVELS; ; level--) {
            PageTableEntry entry = new PageTableEntry(physical.readU64(table + index(gva, level) * 8L));
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
            PageTableEntry entry = new PageTableEntry(physical.readU64(table + index(at, level) * 8L));
            while (entry.present() && level > 1 && !(level < LEVELS && entry.large())) {
                table = entry.address();
                level--;
                entry = new PageTableEntry(physical.readU64(table + index(at, level) * 8L));
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
            PageTableEntry entry = new PageTableEntry(physical.readU64(table + i * 8L));
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
        PageTableEntry entry = new PageTableEntry(physical.readU64(entryGpa));
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
        PageTableEntry entry = new PageTableEntry(physical.readU64(entryGpa));
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
            PageTableEntry entry = new PageTableEntry(physical.readU64(gpa));
            long user = flags & PageTableEntry.USER;
            if (!entry.present()) {
                long fresh = pages.getAsLong();
                physical.zero(fresh, KernelMap.PAGE);
                entry = new PageTableEntry(fresh | TABLE_FLAGS | user);
                physical.writeU64(gpa, entry.value());
            } else if (at < LEVELS && entry.large()) {
                entry = split(gpa, entry, at);
            } else if (!entry.has(user)) {
                entry = new PageTableEntry(entry.value() | user);
                physical.writeU64(gpa, entry.value());
            }
            table = entry.address();
        }
        return table + index(gva, level) * 8L;
    }

    private PageTableEntry split(long entryGpa, PageTableEntry large, int level) {
        long fresh = pages.getAsLong();
        long unit = unit(level - 1);
        long start = large.address() & -unit(level);
        long flags = large.value() & ~PageTableEntry.ADDRESS_MASK;
        flags = level == 2 ? flags & ~PageTableEntry.LARGE : flags;
        for (int i = 0; i < ENTRIES; i++) {
            physical.writeU64(fresh + i * 8L, start + i * unit | flags);
        }
        PageTableEntry entry = new PageTableEntry(fresh | TABLE_FLAGS | large.value() & PageTableEntry.USER);
        physical.writeU64(entryGpa, entry.value());
        return entry;
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

    private static int index(long gva, int level) {
        return (int) (gva >>> 12 + 9 * (level - 1)) & ENTRIES - 1;
    }
}
