package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.Memory;
import java.util.List;
import java.util.Optional;

/**
 * A walk over memory in pieces, one for each turn of a loop of steps. The ranges stand in the program's data, as pairs of
 * start and end behind their number; {@link Variable#INDEX} counts those that are done, {@link Variable#POSITION} the
 * pages of the present one.
 */
record RangeWalk(ParavisorProcess process) {
    static final long LARGE_PAGE = 0x20_0000;

    /** A device tree has room for as many, and more. */
    private static final int MAX_RANGES = 2047;

    private static final int RANGE_BYTES = 2 * Long.BYTES;

    /** What the ranges take of the program's data: whole pages. */
    static final int BYTES = (MAX_RANGES + 1) * RANGE_BYTES;

    private static final int PAGE_SHIFT = 12;

    /** Starts at the beginning. */
    static void begin(ParavisorProcess process, List<GpaRange> ranges) {
        if (ranges.size() > MAX_RANGES) {
            throw new ParavisorFailure(ranges.size() + " ranges of memory, at most " + MAX_RANGES);
        }
        RangeWalk walk = new RangeWalk(process);
        walk.memory().writeU64(process.at(DataLayout.RANGES), ranges.size());
        for (int i = 0; i < ranges.size(); i++) {
            walk.memory().writeU64(walk.place(i), ranges.get(i).start());
            walk.memory().writeU64(walk.place(i) + Long.BYTES, ranges.get(i).end());
        }
        process.set(Variable.INDEX, 0);
        process.set(Variable.POSITION, 0);
        process.set(Variable.SMALL_PAGES_END, 0);
    }

    private Memory memory() {
        return process.cpu().memory();
    }

    private long place(int index) {
        return process.at(DataLayout.RANGES) + (long) (index + 1) * RANGE_BYTES;
    }

    private int count() {
        return (int) memory().readU64(process.at(DataLayout.RANGES));
    }

    private GpaRange range(int index) {
        return new GpaRange(memory().readU64(place(index)), memory().readU64(place(index) + Long.BYTES));
    }

    /** What comes next, at most {@code maxPages}; empty when all is done. */
    Optional<GpaRange> next(long maxPages) {
        int index = process.getInt(Variable.INDEX);
        if (index == count()) {
            return Optional.empty();
        }
        GpaRange range = range(index);
        long start = range.start() + (process.get(Variable.POSITION) << PAGE_SHIFT);
        long pages = Math.min(maxPages, range.end() - start >>> PAGE_SHIFT);
        return Optional.of(GpaRange.ofSize(start, pages << PAGE_SHIFT));
    }

    /** The page that comes next: a large one if all of it is left, and large ones are possible there. */
    Optional<GpaRange> nextPage() {
        return next(LARGE_PAGE >>> PAGE_SHIFT).map(piece -> {
            boolean large = piece.size() == LARGE_PAGE
                    && (piece.start() & LARGE_PAGE - 1) == 0
                    && piece.start() >= process.get(Variable.SMALL_PAGES_END);
            return large ? piece : GpaRange.ofSize(piece.start(), 1 << PAGE_SHIFT);
        });
    }

    /** Takes {@code pages} of the present range as done. */
    void done(long pages, String what) {
        if (pages <= 0) {
            throw new ParavisorFailure(what + ": nothing was done");
        }
        process.add(Variable.POSITION, pages);
        long size = range(process.getInt(Variable.INDEX)).size() >>> PAGE_SHIFT;
        if (process.get(Variable.POSITION) >= size) {
            process.add(Variable.INDEX, 1);
            process.set(Variable.POSITION, 0);
        }
    }

    /** Bytes of all ranges. */
    long bytes() {
        long bytes = 0;
        for (int i = 0; i < count(); i++) {
            bytes += range(i).size();
        }
        return bytes;
    }
}
