package dev.igvmtool.machine.paging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.arm.Syndrome;
import dev.igvmtool.abi.arm.SystemControl;
import dev.igvmtool.abi.arm.TranslationEntry;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ArmTranslationTest {
    private static final long ROOT = 0x1000;
    private static final long LEVEL1 = 0x2000;
    private static final long LEVEL2 = 0x3000;
    private static final long LEVEL3 = 0x4000;
    private static final long GVA = 0x80_4060_5678L;
    private static final long PAGE = 0x0000_7000_0000_0703L;

    private final Map<Long, Long> entries = new TreeMap<>(
            Map.of(ROOT + 8, LEVEL1 | 3, LEVEL1 + 8, LEVEL2 | 3, LEVEL2 + 3 * 8, LEVEL3 | 3, LEVEL3 + 5 * 8, PAGE));
    private final TableMemory tables = new TableMemory() {
        @Override
        public long readEntry(long gpa) {
            return entries.getOrDefault(gpa, 0L);
        }

        @Override
        public void writeEntry(long gpa, long value) {
            throw new AssertionError("tables are not written");
        }
    };

    private static ArmTranslation mode(long sctlr) {
        return new ArmTranslation(SystemControl.M | sctlr, 0x5_8080_3510L, ROOT | 1L << 48);
    }

    private long walk(int access) {
        return mode(0).walk(tables, GVA, access, true);
    }

    @Test
    void translatesPagesAndBlocks() {
        assertEquals(0x7000_0000_0678L, walk(PageWalker.READ));
        assertEquals(0x7000_0000_0678L, walk(PageWalker.WRITE));
        assertEquals(0x7000_0000_0678L, walk(PageWalker.EXECUTE));
        entries.put(LEVEL2 + 3 * 8, 0x4020_0000L | 0x701);
        assertEquals(0x4020_5678L, walk(PageWalker.READ));
        entries.put(LEVEL1 + 8, 0x8000_0000L | 0x701);
        assertEquals(0x8060_5678L, walk(PageWalker.READ));
    }

    @Test
    void faultsTellTheLevel() {
        entries.put(LEVEL3 + 5 * 8, PAGE & ~TranslationEntry.ACCESSED);
        assertEquals(~(Syndrome.ACCESS_FLAG | 3), walk(PageWalker.READ));
        entries.put(LEVEL3 + 5 * 8, PAGE & ~TranslationEntry.TABLE_OR_PAGE);
        assertEquals(~(Syndrome.TRANSLATION | 3), walk(PageWalker.READ));
        entries.put(LEVEL2 + 3 * 8, 0L);
        assertEquals(~(Syndrome.TRANSLATION | 2), walk(PageWalker.READ));
        entries.put(LEVEL1 + 8, 0xfefe_fefe_fefe_fefeL);
        assertEquals(~(Syndrome.TRANSLATION | 1), walk(PageWalker.READ));
        entries.put(ROOT + 8, 0x4000_0000L | 0x701);
        assertEquals(~Syndrome.TRANSLATION, walk(PageWalker.READ), "no blocks at level 0");
        assertEquals(~Syndrome.TRANSLATION, mode(0).walk(tables, -1, PageWalker.READ, true), "upper half");
    }

    @Test
    void permissionsComeFromAllLevels() {
        entries.put(LEVEL3 + 5 * 8, PAGE | TranslationEntry.READ_ONLY);
        assertEquals(~(Syndrome.PERMISSION | 3), walk(PageWalker.WRITE));
        assertEquals(0x7000_0000_0678L, walk(PageWalker.READ));
        entries.put(LEVEL3 + 5 * 8, PAGE | TranslationEntry.PXN);
        assertEquals(~(Syndrome.PERMISSION | 3), walk(PageWalker.EXECUTE));
        entries.put(LEVEL3 + 5 * 8, PAGE);
        assertEquals(~(Syndrome.PERMISSION | 3), mode(SystemControl.WXN).walk(tables, GVA, PageWalker.EXECUTE, true));
        entries.put(ROOT + 8, LEVEL1 | 3 | TranslationEntry.READ_ONLY_TABLE | TranslationEntry.PXN_TABLE);
        assertEquals(~(Syndrome.PERMISSION | 3), walk(PageWalker.WRITE));
        assertEquals(~(Syndrome.PERMISSION | 3), walk(PageWalker.EXECUTE));
    }

    /** With 39 bits the walk begins at level 1; with 47, as OpenHCL images have it, at level 0. */
    @Test
    void theSizeOfAddressesSaysWhereTheWalkBegins() {
        ArmTranslation small = new ArmTranslation(SystemControl.M, 0x5_0000_0019L, LEVEL1);
        assertEquals(0x7000_0000_0678L, small.walk(tables, GVA & 0x7f_ffff_ffffL, PageWalker.READ, true));
        assertEquals(~Syndrome.TRANSLATION, small.walk(tables, GVA, PageWalker.READ, true));
        ArmTranslation image = new ArmTranslation(SystemControl.M, 0x5_8080_3511L, ROOT);
        assertEquals(0x7000_0000_0678L, image.walk(tables, GVA, PageWalker.READ, true));
        assertEquals(~Syndrome.TRANSLATION, image.walk(tables, 1L << 47, PageWalker.READ, true));
    }

    @Test
    void outputsMustFitTheSizeOfTcr() {
        ArmTranslation small = new ArmTranslation(SystemControl.M, 0x2_8080_3510L, ROOT);
        assertEquals(~(Syndrome.ADDRESS_SIZE | 3), small.walk(tables, GVA, PageWalker.READ, true));
        ArmTranslation off = new ArmTranslation(0, 0, 0);
        assertEquals(0x12_3456_789aL, off.walk(tables, 0x12_3456_789aL, PageWalker.WRITE, true));
        assertEquals(~Syndrome.ADDRESS_SIZE, off.walk(tables, 1L << 48, PageWalker.WRITE, true));
    }
}
