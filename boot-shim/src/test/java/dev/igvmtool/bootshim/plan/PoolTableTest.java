package dev.igvmtool.bootshim.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.bootshim.plan.PoolChoice.Table;
import org.junit.jupiter.api.Test;

class PoolTableTest {
    private static long mib(Table table, int processors, long memoryMib) {
        return PoolTable.pages(table, processors, memoryMib << 20, PlanLog.SILENT) / 256;
    }

    @Test
    void givesWhatTheReferenceGives() {
        assertEquals(4, mib(Table.RELEASE, 2, 98));
        assertEquals(22, mib(Table.RELEASE, 112, 112));
        assertEquals(8, mib(Table.RELEASE, 52, 96));
        assertEquals(10, mib(Table.RELEASE, 52, 128));
        assertEquals(6, mib(Table.DEBUG, 4, 512));
    }

    @Test
    void withoutASmallerEntryTheInitialBoundsApply() {
        // 70 MiB * 256 pages * 1000 / ((100000 + 1000) / 2) = 354 pages, rounded up to 2 MiB
        assertEquals(2, mib(Table.RELEASE, 1, 70));
    }

    @Test
    void memoryBeyondMeasureGivesNoPool() {
        assertEquals(0, PoolTable.pages(Table.RELEASE, 4, 0, PlanLog.SILENT));
        assertEquals(0, PoolTable.pages(Table.RELEASE, 4, -1, PlanLog.SILENT));
        assertEquals(0, PoolTable.pages(Table.RELEASE, 4, 0xf_ffff_fff0_0000L, PlanLog.SILENT));
    }
}
