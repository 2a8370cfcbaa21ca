package dev.igvmtool.bootshim.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.GpaRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class RangeWalkTest {
    private static List<RangeWalk.Piece<GpaRange, GpaRange>> walk(List<GpaRange> left, List<GpaRange> right) {
        return RangeWalk.walk(left, Function.identity(), right, Function.identity());
    }

    @Test
    void cutsAtEveryBoundary() {
        GpaRange a = new GpaRange(0, 10);
        GpaRange b = new GpaRange(5, 20);
        assertEquals(
                List.of(
                        new RangeWalk.Piece<>(new GpaRange(0, 5), Optional.of(a), Optional.empty()),
                        new RangeWalk.Piece<>(new GpaRange(5, 10), Optional.of(a), Optional.of(b)),
                        new RangeWalk.Piece<>(new GpaRange(10, 20), Optional.empty(), Optional.of(b))),
                walk(List.of(a), List.of(b)));
    }

    @Test
    void reachesTheEndOfTheAddressSpace() {
        GpaRange high = new GpaRange(-0x1000, -1);
        GpaRange low = new GpaRange(0, 0x1000);
        assertEquals(2, walk(List.of(low, high), List.of()).size());
        assertEquals(2, walk(List.of(high), List.of(low)).size());
    }

    @Test
    void agreesWithALookAtEveryAddress() {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            List<GpaRange> left = ranges(random);
            List<GpaRange> right = ranges(random);
            long last = 0;
            long covered = 0;
            for (RangeWalk.Piece<GpaRange, GpaRange> piece : walk(left, right)) {
                assertTrue(piece.range().start() >= last && !piece.range().isEmpty(), "seed " + seed);
                last = piece.range().end();
                for (long at = piece.range().start(); at < piece.range().end(); at++) {
                    assertEquals(at(left, at), piece.left(), "seed " + seed + " at " + at);
                    assertEquals(at(right, at), piece.right(), "seed " + seed + " at " + at);
                    covered++;
                }
            }
            long expected = 0;
            for (long at = 0; at < 200; at++) {
                expected += at(left, at).isPresent() || at(right, at).isPresent() ? 1 : 0;
            }
            assertEquals(expected, covered, "seed " + seed);
        }
    }

    private static List<GpaRange> ranges(Random random) {
        List<GpaRange> ranges = new ArrayList<>();
        long at = random.nextInt(20);
        while (at < 150) {
            long end = at + random.nextInt(20); // empty ranges, too
            ranges.add(new GpaRange(at, end));
            at = end + random.nextInt(10);
        }
        return ranges;
    }

    private static Optional<GpaRange> at(List<GpaRange> ranges, long address) {
        return ranges.stream().filter(range -> range.contains(address)).findFirst();
    }
}
