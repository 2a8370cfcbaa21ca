package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.GpaRange;
import java.util.List;
import java.util.Optional;

/**
 * A walk over memory in pieces, one for each turn of a loop of steps. {@link Variable#INDEX} counts the ranges that are
 * done, {@link Variable#POSITION} the pages of the present one.
 *
 * @param ranges the same in every turn
 */
record RangeWalk(ParavisorProcess process, List<GpaRange> ranges) {
    private static final int PAGE_SHIFT = 12;

    /** Starts at the beginning. */
    static void begin(ParavisorProcess process) {
        process.set(Variable.INDEX, 0);
        process.set(Variable.POSITION, 0);
    }

    /** What comes next, at most {@code maxPages}; empty when all is done. */
    Optional<GpaRange> next(long maxPages) {
        int index = process.getInt(Variable.INDEX);
        if (index == ranges.size()) {
            return Optional.empty();
        }
        GpaRange range = ranges.get(index);
        long start = range.start() + (process.get(Variable.POSITION) << PAGE_SHIFT);
        long pages = Math.min(maxPages, range.end() - start >>> PAGE_SHIFT);
        return Optional.of(GpaRange.ofSize(start, pages << PAGE_SHIFT));
    }

    /** Takes {@code pages} of the present range as done. */
    void done(long pages, String what) {
        if (pages <= 0) {
            throw new ParavisorFailure(what + ": nothing was done");
        }
        process.add(Variable.POSITION, pages);
        long size = ranges.get(process.getInt(Variable.INDEX)).size() >>> PAGE_SHIFT;
        if (process.get(Variable.POSITION) >= size) {
            process.add(Variable.INDEX, 1);
            process.set(Variable.POSITION, 0);
        }
    }

    /** Bytes of all ranges. */
    long bytes() {
        return ranges.stream().mapToLong(GpaRange::size).sum();
    }
}
