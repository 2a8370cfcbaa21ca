package dev.igvmtool.abi.binary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class GpaRangeTest {
    @Test
    void endIsExclusive() {
        GpaRange range = GpaRange.ofSize(0x1000, 0x1000);
        assertTrue(range.contains(0x1fff));
        assertFalse(range.contains(0x2000));
        assertFalse(range.overlaps(GpaRange.ofSize(0x2000, 1)));
        assertTrue(range.overlaps(GpaRange.ofSize(0x1fff, 1)));
    }

    @Test
    void addressesAreUnsigned() {
        GpaRange top = new GpaRange(0x7fff_ffff_ffff_f000L, 0x8000_0000_0000_1000L);
        assertTrue(top.contains(0x8000_0000_0000_0000L));
        assertEquals(0x2000, top.size());
    }

    @Test
    void emptyRangesOverlapNothing() {
        assertFalse(new GpaRange(5, 5).overlaps(new GpaRange(0, 10)));
    }

    @Test
    void refusesAnEndBeforeTheStart() {
        assertThrows(IllegalArgumentException.class, () -> new GpaRange(2, 1));
    }

    @Test
    void withoutLeavesWhatLiesBetween() {
        GpaRange range = new GpaRange(0x1000, 0x9000);
        assertEquals(
                List.of(new GpaRange(0x2000, 0x3000), new GpaRange(0x5000, 0x8000)),
                range.without(
                        List.of(new GpaRange(0x8000, 0xa000), new GpaRange(0x3000, 0x5000), new GpaRange(0, 0x2000))));
        assertEquals(List.of(), range.without(List.of(new GpaRange(0, 0x9000))));
        assertEquals(List.of(range), range.without(List.of(new GpaRange(0x9000, 0xa000))));
    }
}
