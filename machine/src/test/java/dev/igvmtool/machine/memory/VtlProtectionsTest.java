package dev.igvmtool.machine.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VtlProtectionsTest {
    private final VtlProtections enabled = VtlProtections.NONE.withDefault(true, 0xf);

    @Test
    void everythingIsAllowedUntilEnabled() {
        assertEquals(0xf, VtlProtections.NONE.with(0, 10, 0).mask(5));
        assertEquals(
                0, VtlProtections.NONE.with(0, 10, 0).withDefault(true, 0xf).mask(5));
    }

    @Test
    void adjacentRunsOfOneMaskBecomeOne() {
        VtlProtections protections = enabled.with(0, 10, 0).with(10, 20, 0).with(30, 40, 0);

        assertEquals(2, protections.runCount());
    }

    @Test
    void agreesWithAnArrayUnderRandomChanges() {
        Random random = new Random(11);
        int[] model = new int[100];
        Arrays.fill(model, 0xf);
        VtlProtections protections = enabled;
        for (int round = 0; round < 1000; round++) {
            int first = random.nextInt(100);
            int end = first + random.nextInt(101 - first);
            int mask = random.nextInt(16);
            protections = protections.with(first, end, mask);
            Arrays.fill(model, first, end, mask);
            for (int page = 0; page < 100; page++) {
                assertEquals(model[page], protections.mask(page), "round " + round + ", page " + page);
            }
        }
    }
}
