package dev.igvmtool.bootshim.plan;

import dev.igvmtool.bootshim.plan.PoolChoice.Table;

/**
 * Size of the private pool where nobody names one: by number of processors and memory of VTL2, from known
 * configurations and the ratios between them. Follows openhcl_boot/src/host_params/dt/dma_hint.rs.
 */
final class PoolTable {
    private static final long MIB = 1 << 20;
    private static final long PAGES_PER_MIB = 256;
    private static final long LARGE_PAGE_PAGES = 512;
    private static final long MEMORY_LIMIT = 0xf_ffff_fff0_0000L;
    private static final long RATIO = 1000;

    /** Processors, MiB of VTL2 memory, MiB of pool. */
    private static final int[][] RELEASE = {
        {2, 96, 2},
        {2, 98, 4},
        {2, 100, 4},
        {2, 104, 4},
        {4, 108, 2},
        {4, 110, 6},
        {4, 112, 6},
        {4, 118, 8},
        {4, 130, 12},
        {8, 140, 4},
        {8, 148, 10},
        {8, 170, 20},
        {8, 176, 20},
        {16, 70, 2},
        {16, 234, 12},
        {16, 256, 20},
        {16, 268, 38},
        {16, 282, 54},
        {24, 420, 66},
        {32, 404, 22},
        {32, 516, 36},
        {32, 538, 74},
        {48, 558, 32},
        {48, 718, 52},
        {48, 730, 52},
        {48, 746, 78},
        {64, 712, 42},
        {64, 924, 68},
        {64, 938, 68},
        {96, 1030, 64},
        {96, 1042, 114},
        {96, 1058, 114},
        {96, 1340, 102},
        {96, 1358, 104},
        {96, 1382, 120},
        {112, 1566, 288},
        {128, 1342, 84},
        {128, 1360, 84},
        {896, 12912, 516},
    };

    private static final int[][] DEBUG = {
        {4, 496, 4}, {16, 512, 16}, {32, 1024, 32}, {32, 1536, 128}, {64, 1024, 64}, {128, 1024, 128},
    };

    private PoolTable() {}

    /** Pages of 4 KiB; 0 if the memory is none or beyond measure. */
    static long pages(Table table, int processors, long memoryBytes, PlanLog log) {
        if (memoryBytes <= 0 || memoryBytes >= MEMORY_LIMIT) {
            return 0;
        }
        int[][] entries = table == Table.RELEASE ? RELEASE : DEBUG;
        long memoryMib = memoryBytes / MIB;
        int nearest = 0;
        for (int[] entry : entries) {
            if (entry[0] == processors && entry[1] == memoryMib) {
                return told("Found exact", entry[2] * PAGES_PER_MIB, processors, memoryMib, log);
            }
            // A larger number of processors is never looked at; the reference's upper bound starts at its own.
            if (entry[0] <= processors) {
                nearest = Math.max(nearest, entry[0]);
            }
        }
        long least = 100 * RATIO;
        long most = RATIO;
        for (int[] entry : entries) {
            if (entry[0] == nearest) {
                long ratio = RATIO * entry[1] / entry[2];
                least = Math.min(least, ratio);
                most = Math.max(most, ratio);
            }
        }
        long pages = memoryMib * RATIO * PAGES_PER_MIB / ((least + most) / 2);
        long rounded = pages + LARGE_PAGE_PAGES - 1 & -LARGE_PAGE_PAGES;
        return told("Extrapolated", rounded, processors, memoryMib, log);
    }

    private static long told(String how, long pages, int processors, long memoryMib, PlanLog log) {
        log.info(
                how + " VTL2 DMA hint: {} pages ({} MiB) for {} VPs and {} MiB VTL2 memory",
                pages,
                pages / PAGES_PER_MIB,
                processors,
                memoryMib);
        return pages;
    }
}
