package dev.igvmtool.builder.paging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageTableBuilderTest {
    private static final long GPA = 0x900_0000;
    private static final GpaRange LOCAL_MAP = GpaRange.ofSize(0x20_0000, 0x20_0000);

    private static long entry(Bytes tables, int table, int index) {
        return tables.u64(table * 4096 + index * 8);
    }

    @Test
    void halfAGigabyteTakesThreeTables() {
        Bytes tables = PageTableBuilder.build(GPA, 0, List.of(GpaRange.ofSize(0x800_0000, 512L << 20)));
        assertEquals(3 * 4096, tables.size());
        assertEquals(GPA + 0x1000 | 0x23, entry(tables, 0, 0));
        assertEquals(GPA + 0x2000 | 0x23, entry(tables, 1, 0));
        assertEquals(0, entry(tables, 2, 63));
        assertEquals(0x800_00e3L, entry(tables, 2, 64));
        assertEquals(0x27e0_00e3L, entry(tables, 2, 319));
        assertEquals(0, entry(tables, 2, 320));
    }

    @Test
    void encryptionBitIsInLinksAndLeaves() {
        long bit = 1L << 51;
        Bytes tables = PageTableBuilder.build(GPA, bit, List.of(LOCAL_MAP, GpaRange.ofSize(0x800_0000, 1L << 30)));
        assertEquals(4 * 4096, tables.size());
        assertEquals(GPA + 0x1000 | 0x23 | bit, entry(tables, 0, 0));
        assertEquals(0x20_00e3L | bit, entry(tables, 2, 1));
        assertEquals(GPA + 0x3000 | 0x23 | bit, entry(tables, 1, 1));
    }

    @Test
    void resetPageTakesASmallPage() {
        Bytes tables = PageTableBuilder.build(
                GPA,
                0,
                List.of(LOCAL_MAP, GpaRange.ofSize(0x800_0000, 640L << 20), GpaRange.ofSize(0xffff_f000L, 0x1000)));
        assertEquals(5 * 4096, tables.size());
        assertEquals(0xffff_f063L, entry(tables, 4, 511));
    }

    @Test
    void wholeAlignedGigabytesTakeNoDirectory() {
        Bytes tables = PageTableBuilder.build(GPA, 0, List.of(GpaRange.ofSize(1L << 30, 2L << 30)));
        assertEquals(2 * 4096, tables.size());
        assertEquals(0x4000_00e3L, entry(tables, 1, 1));
        assertEquals(0x8000_00e3L, entry(tables, 1, 2));
    }

    @Test
    void refusesMoreTablesThanThereIsRoomFor() {
        List<GpaRange> ranges = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ranges.add(GpaRange.ofSize((long) i << 39, 0x20_0000));
        }
        assertThrows(FormatException.class, () -> PageTableBuilder.build(GPA, 0, ranges));
    }

    @Test
    void identityMapCoversFourGigabytes() {
        Bytes tables = IdentityMap.build(0x4000, 1L << 51);
        assertEquals(0x5000 | 0x23 | 1L << 51, entry(tables, 0, 0));
        assertEquals(0x9000 | 0x23 | 1L << 51, entry(tables, 1, 3));
        assertEquals(0xffe0_00e3L | 1L << 51, entry(tables, 5, 511));
    }

    @Test
    void biasedMapLeadsToSharedAddresses() {
        long bias = 1L << 39;
        Bytes tables = IdentityMap.biased(0x70_a000, bias);
        assertEquals(0x70_b000 | 0x23, entry(tables, 0, 0));
        assertEquals(bias | 0x20_00e3L, entry(tables, 1, 1));
        Bytes main = IdentityMap.buildWithSharedView(0x70_0000, 0x70_a000, bias);
        assertEquals(0x70_a023L, entry(main, 0, 1));
        assertEquals(0x70_1023L, entry(main, 0, 0));
    }

    @Test
    void aarch64RootKeepsItsFillPattern() {
        Bytes tables = Aarch64PageTables.openhcl(GPA, new GpaRange(0x800_0000, 0x8800_0000L));
        assertEquals(4 * 4096, tables.size());
        assertEquals(GPA + 0x1000 | 3, entry(tables, 0, 0));
        assertEquals(0xfefe_fefe_fefe_fefeL, entry(tables, 0, 1));
        assertEquals(0x0040_0000_4000_070dL, entry(tables, 1, 1));
        assertEquals(0x0040_0000_0800_070dL, entry(tables, 2, 64));
        assertEquals(0x0040_0000_8000_070dL, entry(tables, 3, 0));
    }
}
