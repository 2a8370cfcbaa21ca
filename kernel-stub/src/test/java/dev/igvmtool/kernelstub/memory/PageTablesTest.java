package dev.igvmtool.kernelstub.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.machine.memory.PhysicalMemory;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageTablesTest {
    private static final long FLAGS = PageTableEntry.PRESENT | PageTableEntry.WRITABLE | PageTableEntry.USER;
    private static final long GIB = 1L << 30;

    private long nextPage = 0x1000;
    private final PhysicalMemory memory = new PhysicalMemory(List.of(new GpaRange(0, 0x10_0000)));
    private final PageTables tables = PageTables.create(memory, () -> {
        long page = nextPage;
        nextPage += KernelMap.PAGE;
        return page;
    });

    @Test
    void nextMappedPassesOverWhatIsAbsentOnEveryLevel() {
        tables.map(0x40_3000, 0x9_0000, KernelMap.PAGE, FLAGS);
        tables.map(0x60_0000, 0x4000_0000, KernelMap.LARGE_PAGE, FLAGS);
        tables.map(600 * GIB, 0x9_1000, KernelMap.PAGE, FLAGS);

        assertEquals(0x40_3000, tables.nextMapped(0, 700 * GIB));
        assertEquals(0x40_3000, tables.nextMapped(0x40_3000, 700 * GIB));
        assertEquals(0x60_0000, tables.nextMapped(0x40_4000, 700 * GIB));
        assertEquals(0x60_5000, tables.nextMapped(0x60_5000, 700 * GIB), "inside a large page");
        assertEquals(600 * GIB, tables.nextMapped(0x80_0000, 700 * GIB));
        assertEquals(0x40_3000, tables.nextMapped(0x40_0000, 0x40_3000), "nothing below the end");
    }

    @Test
    void lookupFindsSmallAndLargeLeaves() {
        tables.map(0x40_3000, 0x9_0000, KernelMap.PAGE, FLAGS);
        tables.map(0x60_0000, 0x4000_0000, KernelMap.LARGE_PAGE, FLAGS);

        assertEquals(0x9_0123, tables.lookup(0x40_3123).orElseThrow().gpa(0x40_3123));
        assertEquals(0x4000_5123, tables.lookup(0x60_5123).orElseThrow().gpa(0x60_5123));
        assertTrue(tables.lookup(0x40_4000).isEmpty());
    }
}
