package dev.igvmtool.machine.paging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PageWalkerTest {
    private static final long ROOT = 0x1000;
    private static final long GVA = 0x0000_1234_5678_9abcL;
    private static final long NX = 1L << 63;
    private static final long WP = 1 << 16;
    private static final long SMEP = 1 << 20;
    private static final long SMAP = 1 << 21;

    private final TreeMap<Long, Long> entries = new TreeMap<>();
    private final TableMemory tables = new TableMemory() {
        @Override
        public long readEntry(long gpa) {
            return entries.getOrDefault(gpa, 0L);
        }

        @Override
        public void writeEntry(long gpa, long value) {
            entries.put(gpa, value);
        }
    };

    @Test
    void fourLevelsLeadToASmallPage() {
        map(0x7, 0x7, 0x7, 0x5_5000 | 0x7);

        assertEquals(0x5_5abc, walk(kernel(), PageWalker.READ));
    }

    @Test
    void largePageAtLevelTwoEndsTheWalk() {
        map(0x7, 0x7, 0x4000_0000L | 0x87, 0);

        assertEquals(0x4000_0000L + (GVA & 0x1f_ffff), walk(kernel(), PageWalker.READ));
    }

    @Test
    void gibibytePageAtLevelThreeEndsTheWalk() {
        map(0x7, 0x8000_0000L | 0x87, 0, 0);

        assertEquals(0x8000_0000L + (GVA & 0x3fff_ffff), walk(kernel(), PageWalker.READ));
    }

    @Test
    void accessedBitsAreSetOnTheWayAndDirtyOnTheLeafOnly() {
        map(0x7, 0x7, 0x7, 0x5_5000 | 0x7);

        walk(kernel(), PageWalker.READ);
        assertEquals(0x20, entry(3) & 0x60);
        assertEquals(0x20, entry(0) & 0x60);
        walk(kernel(), PageWalker.WRITE);
        assertEquals(0x20, entry(1) & 0x60);
        assertEquals(0x60, entry(0) & 0x60);
    }

    @Test
    void translationWithoutSettingBitsLeavesTheTables() {
        map(0x7, 0x7, 0x7, 0x5_5000 | 0x7);

        PageWalker.walk(tables, kernel(), GVA, PageWalker.WRITE, false);
        assertEquals(0, entry(0) & 0x60);
    }

    @Test
    void missingEntryIsAFaultWithoutPresentBit() {
        map(0x7, 0x6, 0x7, 0x7);

        assertEquals(~0, walk(kernel(), PageWalker.READ));
        assertEquals(~PageFault.WRITE, walk(kernel(), PageWalker.WRITE));
        assertEquals(~(PageFault.USER | PageFault.WRITE), walk(user(), PageWalker.WRITE));
        assertEquals(~PageFault.FETCH, walk(kernel(), PageWalker.EXECUTE));
    }

    @Test
    void userNeedsTheUserBitOnEveryLevel() {
        map(0x7, 0x3, 0x7, 0x5_5000 | 0x7);

        assertEquals(~(PageFault.PRESENT | PageFault.USER), walk(user(), PageWalker.READ));
        assertEquals(0x5_5abc, walk(kernel(), PageWalker.READ));
    }

    @Test
    void supervisorMayWriteReadOnlyPagesUnlessWriteProtectIsSet() {
        map(0x7, 0x7, 0x7, 0x5_5000 | 0x5);

        assertEquals(0x5_5abc, walk(kernel(), PageWalker.WRITE));
        assertEquals(~(PageFault.PRESENT | PageFault.WRITE), walk(mode(WP, 0, 0xd00, false), PageWalker.WRITE));
        assertEquals(~(PageFault.PRESENT | PageFault.WRITE | PageFault.USER), walk(user(), PageWalker.WRITE));
    }

    @Test
    void noExecuteForbidsFetchesAndIsReservedWithoutItsEnable() {
        map(0x7, 0x7, 0x7, 0x5_5000 | 0x7 | NX);

        assertEquals(~(PageFault.PRESENT | PageFault.FETCH), walk(kernel(), PageWalker.EXECUTE));
        assertEquals(0x5_5abc, walk(kernel(), PageWalker.READ));
        assertEquals(~(PageFault.PRESENT | PageFault.RESERVED), walk(mode(0, 0, 0x500, false), PageWalker.READ));
    }

    @Test
    void addressBitsAboveTheWidthAreReserved() {
        map(0x7, 0x7, 0x7, 1L << 46 | 0x7);

        assertEquals(~(PageFault.PRESENT | PageFault.RESERVED), walk(kernel(), PageWalker.READ));
    }

    @Test
    void largePageBitInTheRootIsReserved() {
        map(0x87, 0x7, 0x7, 0x7);

        assertEquals(~(PageFault.PRESENT | PageFault.RESERVED), walk(kernel(), PageWalker.READ));
    }

    @Test
    void smepAndSmapKeepTheSupervisorOutOfUserPages() {
        map(0x7, 0x7, 0x7, 0x5_5000 | 0x7);

        assertEquals(~(PageFault.PRESENT | PageFault.FETCH), walk(mode(0, SMEP, 0xd00, false), PageWalker.EXECUTE));
        assertEquals(~PageFault.PRESENT, walk(mode(0, SMAP, 0xd00, false), PageWalker.READ));
        PagingMode suspended = new PagingMode(1L << 31, ROOT, SMAP, 0xd00, false, true, 46);
        assertEquals(0x5_5abc, walk(suspended, PageWalker.READ));
    }

    @Test
    void withoutPagingAddressesArePhysical() {
        PagingMode off = new PagingMode(0, 0, 0, 0, false, false, 46);

        assertEquals(0x1234, PageWalker.walk(tables, off, 0x1234, PageWalker.WRITE, true));
    }

    @Test
    void canonicalAddressesHaveEqualUpperBits() {
        assertTrue(PageWalker.isCanonical(0x0000_7fff_ffff_ffffL));
        assertTrue(PageWalker.isCanonical(0xffff_8000_0000_0000L));
        assertFalse(PageWalker.isCanonical(0x0000_8000_0000_0000L));
        assertFalse(PageWalker.isCanonical(0xfffe_8000_0000_0000L));
    }

    /** Tables at 0x1000 to 0x4000; values are flags for the upper levels, the whole entry for leaves. */
    private void map(long pml4e, long pdpte, long pde, long pte) {
        entries.put(address(3), pml4e | 0x2000);
        entries.put(address(2), (pdpte & 0x80) != 0 ? pdpte : pdpte | 0x3000);
        entries.put(address(1), (pde & 0x80) != 0 ? pde : pde | 0x4000);
        entries.put(address(0), pte);
    }

    private long entry(int level) {
        return entries.get(address(level));
    }

    private static long address(int level) {
        return ROOT + (3 - level) * 0x1000L + (GVA >>> 12 + 9 * level & 0x1ff) * 8;
    }

    private long walk(PagingMode mode, int access) {
        return PageWalker.walk(tables, mode, GVA, access, true);
    }

    private static PagingMode kernel() {
        return mode(0, 0, 0xd00, false);
    }

    private static PagingMode user() {
        return mode(0, 0, 0xd00, true);
    }

    private static PagingMode mode(long cr0, long cr4, long efer, boolean user) {
        return new PagingMode(cr0 | 1L << 31, ROOT, cr4, efer, user, false, 46);
    }
}
