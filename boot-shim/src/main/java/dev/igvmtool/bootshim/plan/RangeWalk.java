package dev.igvmtool.bootshim.plan;

import dev.igvmtool.abi.binary.GpaRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Two sorted lists of ranges, cut at every boundary of either. */
final class RangeWalk {
    /**
     * A piece that lies in at least one list.
     *
     * @param left the element of the first list that covers it
     * @param right the element of the second list that covers it
     */
    record Piece<L, R>(GpaRange range, Optional<L> left, Optional<R> right) {}

    private RangeWalk() {}

    /** Walks both lists, each ascending and without overlap; empty ranges are passed over. */
    static <L, R> List<Piece<L, R>> walk(
            List<L> left, Function<L, GpaRange> leftRange, List<R> right, Function<R, GpaRange> rightRange) {
        List<Piece<L, R>> pieces = new ArrayList<>();
        int l = 0;
        int r = 0;
        long at = 0;
        while (l < left.size() || r < right.size()) {
            if (l < left.size() && isDone(leftRange.apply(left.get(l)), at)) {
                l++;
                continue;
            }
            if (r < right.size() && isDone(rightRange.apply(right.get(r)), at)) {
                r++;
                continue;
            }
            Optional<GpaRange> leftNow = l < left.size() ? Optional.of(leftRange.apply(left.get(l))) : Optional.empty();
            Optional<GpaRange> rightNow =
                    r < right.size() ? Optional.of(rightRange.apply(right.get(r))) : Optional.empty();
            long start = at;
            boolean inLeft = leftNow.isPresent() && !above(leftNow.orElseThrow(), start);
            boolean inRight = rightNow.isPresent() && !above(rightNow.orElseThrow(), start);
            if (!inLeft && !inRight) {
                at = nearest(leftNow.map(GpaRange::start), rightNow.map(GpaRange::start));
                continue;
            }
            boolean coveredLeft = inLeft;
            boolean coveredRight = inRight;
            at = nearest(
                    leftNow.map(range -> coveredLeft ? range.end() : range.start()),
                    rightNow.map(range -> coveredRight ? range.end() : range.start()));
            pieces.add(new Piece<>(
                    new GpaRange(start, at),
                    inLeft ? Optional.of(left.get(l)) : Optional.empty(),
                    inRight ? Optional.of(right.get(r)) : Optional.empty()));
        }
        return pieces;
    }

    /** Merges ranges that touch and whose keys are equal. */
    static <T> List<T> merge(List<T> sorted, Function<T, GpaRange> range, Joiner<T> joiner) {
        List<T> merged = new ArrayList<>();
        for (T next : sorted) {
            if (!merged.isEmpty()) {
                T last = merged.get(merged.size() - 1);
                if (range.apply(last).end() == range.apply(next).start()) {
                    Optional<T> joined = joiner.join(last, next);
                    if (joined.isPresent()) {
                        merged.set(merged.size() - 1, joined.orElseThrow());
                        continue;
                    }
                }
            }
            merged.add(next);
        }
        return merged;
    }

    /** Makes one element of two that touch, if they may be one. */
    interface Joiner<T> {
        Optional<T> join(T first, T second);
    }

    private static boolean isDone(GpaRange range, long at) {
        return range.isEmpty() || Long.compareUnsigned(range.end(), at) <= 0;
    }

    private static boolean above(GpaRange range, long at) {
        return Long.compareUnsigned(range.start(), at) > 0;
    }

    private static long nearest(Optional<Long> a, Optional<Long> b) {
        if (a.isEmpty() || b.isEmpty()) {
            return a.orElseGet(b::orElseThrow);
        }
        long first = a.orElseThrow();
        long second = b.orElseThrow();
        return Long.compareUnsigned(first, second) <= 0 ? first : second;
    }
}
