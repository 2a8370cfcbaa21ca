package dev.igvmtool.kernelstub.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.kernelstub.boot.ArrayMemory;
import dev.igvmtool.kernelstub.fault.KernelPanic;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageTablesTest {
    private static final long FLAGS = PageTableEntry.PRESENT | PageTableEntry.WRITABLE;

    private static final long USER = FLAGS | PageTableEntry.USER;
    private static final long GIGABYTE = 1L << 30;

    private final PageAllocator pages = new PageAllocator(List.of(new GpaRange(0x1000, 0x4_0000)));
    private final PageTables tables = tables(AddressBits.NONE);

    private PageTables tables(AddressBits bits) {
        return new PageTables(new ArrayMemory(0, 0x4_0000), pages::page, bits, 0).fresh();
    }

    private long translate(long gva) {
        return tables.lookup(gva).orElseThrow().gpa(gva);
    }

    @Test
    void mapsWithTheLargestPagesThatFit() {
        tables.map(0xffff_8880_4000_0000L - 0x1000, 0x4000_0000L - 0x1000, (1L << 30) + 0x1000 + 0x20_1000, FLAGS);
        assertEquals(0x1000, tables.lookup(0xffff_8880_3fff_f000L).orElseThrow().sizeBytes());
        assertEquals(
                1L << 30, tables.lookup(0xffff_8880_4000_0000L).orElseThrow().sizeBytes());
        assertEquals(
                0x20_0000, tables.lookup(0xffff_8880_8000_0000L).orElseThrow().sizeBytes());
        assertEquals(0x8020_0abcL, translate(0xffff_8880_8020_0abcL));
        assertTrue(tables.lookup(0xffff_8880_8020_1000L).isEmpty());
    }

    @Test
    void unmappingOnePageSplitsALargeOne() {
        tables.map(0x4000_0000, 0x800_0000, 0x40_0000, FLAGS | PageTableEntry.USER);
        tables.unmap(0x4000_3000);
        assertTrue(tables.lookup(0x4000_3000).isEmpty());
        assertEquals(0x800_2000, translate(0x4000_2000));
        assertEquals(0x800_4123, translate(0x4000_4123));
        assertTrue(tables.lookup(0x4000_4000).orElseThrow().entry().has(PageTableEntry.USER));
    }

    @Test
    void nextMappedPassesOverWhatIsAbsentOnEveryLevel() {
        tables.map(0x40_3000, 0x9_0000, KernelMap.PAGE, USER);
        tables.map(0x60_0000, 0x4000_0000, KernelMap.LARGE_PAGE, USER);
        tables.map(600 * GIGABYTE, 0x9_1000, KernelMap.PAGE, USER);

        assertEquals(0x40_3000, tables.nextMapped(0, 700 * GIGABYTE));
        assertEquals(0x40_3000, tables.nextMapped(0x40_3000, 700 * GIGABYTE));
        assertEquals(0x60_0000, tables.nextMapped(0x40_4000, 700 * GIGABYTE));
        assertEquals(0x60_5000, tables.nextMapped(0x60_5000, 700 * GIGABYTE), "inside a large page");
        assertEquals(600 * GIGABYTE, tables.nextMapped(0x80_0000, 700 * GIGABYTE));
        assertEquals(0x40_3000, tables.nextMapped(0x40_0000, 0x40_3000), "nothing below the end");
    }

    @Test
    void privatePagesAndTablesHaveTheCBit() {
        long privateBit = 1L << 51;
        PageTables snp = tables(new AddressBits(privateBit, 0));
        snp.map(0x4000_0000, 0x800_0000, 0x20_0000, FLAGS);
        snp.map(0x4000_3000, 0x800_3000, 0x1000, FLAGS | PageTables.SHARED);

        assertEquals(snp.root() | privateBit, snp.cr3());
        for (long table : snp.tables()) {
            for (int i = 0; i < 512; i++) {
                long entry = snp.physical().readU64(table + i * 8L);
                boolean shared = (entry & 0x000f_ffff_ffff_f000L) == 0x800_3000;
                assertEquals(entry != 0 && !shared, (entry & privateBit) != 0, Long.toHexString(entry));
                assertEquals(0, entry & PageTables.SHARED);
            }
        }
        PageTables.Leaf shared = snp.lookup(0x4000_3123).orElseThrow();
        assertTrue(shared.entry().has(PageTables.SHARED));
        assertEquals(0x800_3123, shared.gpa(0x4000_3123));
        PageTables.Leaf kept = snp.lookup(0x4000_4123).orElseThrow();
        assertEquals(FLAGS, kept.entry().value() & ~PageTableEntry.ADDRESS_MASK);
        assertEquals(0x800_4123, kept.gpa(0x4000_4123));
    }

    @Test
    void sharedPagesHaveTheSharedBit() {
        long sharedBit = 1L << 47;
        PageTables td = tables(new AddressBits(0, sharedBit));
        td.map(0x4000_0000, 0x800_0000, 0x20_0000, FLAGS | PageTables.SHARED);
        td.map(0x4000_3000, 0x800_3000, 0x1000, FLAGS);

        assertEquals(td.root(), td.cr3());
        assertTrue(td.lookup(0x4000_0000).orElseThrow().entry().has(PageTables.SHARED));
        assertEquals(0x800_4000, td.lookup(0x4000_4000).orElseThrow().gpa(0x4000_4000));
        assertEquals(FLAGS, td.lookup(0x4000_3000).orElseThrow().entry().value() & ~PageTableEntry.ADDRESS_MASK);
        assertTrue(td.tables().stream().allMatch(table -> (table & sharedBit) == 0));
    }

    @Test
    void aWholeLeafGoesWithItsSize() {
        tables.map(0x4000_0000, 0x800_0000, 0x20_0000, FLAGS);
        List<GpaRange> before = pages.free();
        tables.unmapLeaf(0x4000_3000);

        assertTrue(tables.lookup(0x4000_0000).isEmpty());
        assertEquals(before, pages.free(), "nothing was split");
    }

    @Test
    void whatIsReservedIsSharedLater() {
        tables.reserve(0xffff_c900_0000_0000L);
        PageTables other = tables.fresh();
        other.shareKernelHalf(tables);
        tables.map(0xffff_c900_0000_0000L, 0x9000, 0x1000, FLAGS);

        assertTrue(other.lookup(0xffff_c900_0000_0000L).isPresent());
    }

    @Test
    void theKernelHalfIsShared() {
        tables.map(0xffff_ffff_8100_0000L, 0x9000, 0x1000, FLAGS);
        PageTables other = tables.fresh();
        other.shareKernelHalf(tables);
        assertEquals(0x9000, other.lookup(0xffff_ffff_8100_0000L).orElseThrow().gpa(0xffff_ffff_8100_0000L));
        List<Long> seen = new ArrayList<>();
        other.visitUser((gva, entry, leaf) -> seen.add(gva));
        assertEquals(List.of(), seen);
    }

    @Test
    void allTablesOfTheUserHalfComeBack() {
        List<GpaRange> before = pages.free();
        tables.map(0x40_0000, 0x9000, 0x1000, FLAGS);
        tables.map(0x7fff_ffff_d000L, 0x9000, 0x1000, FLAGS);
        tables.visitUser((gva, entry, leaf) -> tables.physical().writeU64(entry, 0));
        tables.releaseUserTables(page -> pages.release(GpaRange.ofSize(page, 0x1000)));
        assertEquals(before, pages.free());
        assertEquals(List.of(tables.root()), tables.tables());
    }

    @Test
    void theAllocatorMergesWhatComesBack() {
        PageAllocator allocator = new PageAllocator(List.of(new GpaRange(0, 0x3000), new GpaRange(0x8000, 0xa000)));
        assertEquals(new GpaRange(0x8000, 0xa000), takeAfter(allocator));
        assertEquals(0, allocator.freeBytes());
        assertThrows(KernelPanic.class, allocator::page);
        allocator.release(new GpaRange(0x1000, 0x2000));
        allocator.release(new GpaRange(0, 0x1000));
        allocator.release(new GpaRange(0x2000, 0x3000));
        assertEquals(List.of(new GpaRange(0, 0x3000)), allocator.free());
        assertThrows(IllegalStateException.class, () -> allocator.release(new GpaRange(0x1000, 0x2000)));
    }

    private static GpaRange takeAfter(PageAllocator allocator) {
        return allocator.scattered(5).get(1);
    }
}
