package dev.igvmtool.host.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.format.header.PageTableRelocationRegion;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.RelocatableRegion;
import dev.igvmtool.machine.guest.Architecture;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The vector of the format specification, with the values of a crate that moves the table region's own mapping. */
class PageTableRebuilderTest {
    private static final long GPA = 0x40_0000;
    private static final GpaRange RANGE = new GpaRange(0x20_0000, 0x40_0000);

    private static Bytes table(Map<Integer, Long> entries) {
        ByteWriter writer = new ByteWriter();
        for (int i = 0; i < 512; i++) {
            writer.u64(entries.getOrDefault(i, 0L));
        }
        return writer.toBytes();
    }

    private static Map<Long, Bytes> tables() {
        Map<Long, Bytes> pages = new TreeMap<>();
        pages.put(GPA, table(Map.of(0, 0x40_1023L)));
        pages.put(GPA + 0x1000, table(Map.of(0, 0x40_2023L, 1, 0x4000_00e3L)));
        pages.put(GPA + 0x2000, table(Map.of(0, 0x40_3023L, 1, 0x20_00e3L, 2, 0x40_00e3L)));
        pages.put(GPA + 0x3000, table(Map.of(0, 0x63L, 16, 0x1_0063L)));
        return pages;
    }

    private static Relocation relocation(long size, long offset) {
        return new Relocation(
                new RelocatableRegion(1, 0, 2, 7, 0x1000, RANGE.start(), RANGE.size(), 0, 1L << 48),
                new PageTableRelocationRegion(1, 0, 2, GPA, size, 0x4000),
                offset);
    }

    private static final TableFormat X64 = TableFormat.of(Architecture.X64, PlatformType.VSM_ISOLATION);

    private static Bytes rebuild(long size, long offset) {
        return PageTableRebuilder.rebuild(relocation(size, offset), tables(), GPA, X64);
    }

    private static long entry(Bytes tables, int table, int index) {
        return tables.u64(table * 4096 + index * 8);
    }

    @Test
    void movesMappingsToANewDirectory() {
        Bytes result = rebuild(0x6000, 0x8000_0000L);

        assertEquals(0x5000, result.size());
        assertEquals(0x8040_1023L, entry(result, 0, 0));
        assertEquals(0x8040_2023L, entry(result, 1, 0));
        assertEquals(0x4000_00e3L, entry(result, 1, 1));
        assertEquals(0x8040_4023L, entry(result, 1, 2));
        assertEquals(0x8040_3023L, entry(result, 2, 0));
        assertEquals(0, entry(result, 2, 1));
        assertEquals(0, entry(result, 2, 2));
        assertEquals(0x63, entry(result, 3, 0));
        assertEquals(0x1_0063, entry(result, 3, 16));
        assertEquals(0x8020_00e3L, entry(result, 4, 1));
        assertEquals(0x8040_00e3L, entry(result, 4, 2));
    }

    @Test
    void leavesLargeMappingsAloneThatStillCoverTheRange() {
        Bytes result = rebuild(0x6000, 0x10_0000);

        assertEquals(0x4000, result.size());
        assertEquals(0x50_1023, entry(result, 0, 0));
        assertEquals(0x50_2023, entry(result, 1, 0));
        assertEquals(0x50_3023, entry(result, 2, 0));
        assertEquals(0x20_00e3, entry(result, 2, 1));
        assertEquals(0x40_00e3, entry(result, 2, 2));
    }

    @Test
    void keepsTheBitOfPrivatePagesApartFromTheAddress() {
        long bit = 1L << 51;
        Map<Long, Bytes> pages = new TreeMap<>();
        tables().forEach((gpa, content) -> {
            ByteWriter marked = new ByteWriter();
            for (int i = 0; i < 512; i++) {
                long entry = content.u64(8 * i);
                marked.u64(entry == 0 ? 0 : entry | bit);
            }
            pages.put(gpa, marked.toBytes());
        });
        Bytes plain = rebuild(0x6000, 0x8000_0000L);

        TableFormat snp = TableFormat.of(Architecture.X64, PlatformType.SEV_SNP);
        Bytes result = PageTableRebuilder.rebuild(relocation(0x6000, 0x8000_0000L), pages, GPA, snp);

        assertEquals(plain.size(), result.size());
        for (int at = 0; at < plain.size(); at += 8) {
            assertEquals(plain.u64(at) == 0 ? 0 : plain.u64(at) | bit, result.u64(at), "entry at " + at);
        }
    }

    @Test
    void refusesWhatCannotBeMoved() {
        refuses("no room", () -> rebuild(0x4000, 0x8000_0000L));
        refuses("offset 0x300000 does not suit", () -> rebuild(0x6000, 0x30_0000));
        refuses("in the way", () -> rebuild(0x6000, 0x4000_0000));
        refuses("LA57", () -> X64.check(1 << 12));
        refuses("outside the tables", () -> PageTableRebuilder.rebuild(relocation(0x6000, 0), tables(), 0, X64));
        Map<Long, Bytes> loop = tables();
        loop.put(GPA + 0x1000, table(Map.of(0, GPA | 0x23)));
        refuses("twice", () -> PageTableRebuilder.rebuild(relocation(0x6000, 0), loop, GPA, X64));
    }

    @Test
    void aarch64TablesMustHaveFourLevelsOfFourKib() {
        TableFormat format = TableFormat.of(Architecture.AARCH64, PlatformType.VSM_ISOLATION);
        format.check(0x5_8080_3511L);
        format.check(0x18);
        refuses("TCR_EL1 is 0x19", () -> format.check(0x19));
        refuses("TCR_EL1 is 0x4010", () -> format.check(0x4010));
    }

    private static void refuses(String message, Runnable action) {
        LoadException error = assertThrows(LoadException.class, action::run);
        assertTrue(error.getMessage().contains(message), error.getMessage());
    }
}
