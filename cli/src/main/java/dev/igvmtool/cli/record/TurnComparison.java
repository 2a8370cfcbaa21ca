package dev.igvmtool.cli.record;

import dev.igvmtool.debugger.record.TurnRecord;
import java.util.List;
import java.util.Optional;

/**
 * Two runs turn by turn, as far as both were recorded.
 *
 * @param firstDifference first turns that are not equal in all their events
 * @param parting first turns of which another VP, or another step, is the one
 * @param lastCommon turns before {@link #parting}
 */
public record TurnComparison(Optional<Pair> firstDifference, Optional<Pair> lastCommon, Optional<Pair> parting) {
    /** A turn of each run. */
    public record Pair(TurnRecord first, TurnRecord second) {}

    /** Compares the turns of two runs. */
    public static TurnComparison of(List<TurnRecord> first, List<TurnRecord> second) {
        Optional<Pair> difference = Optional.empty();
        Optional<Pair> common = Optional.empty();
        Optional<Pair> parting = Optional.empty();
        for (int i = 0; i < Math.min(first.size(), second.size()) && parting.isEmpty(); i++) {
            Pair pair = new Pair(first.get(i), second.get(i));
            if (difference.isEmpty() && !pair.first.equals(pair.second)) {
                difference = Optional.of(pair);
            }
            if (pair.first.takesTheSameCourse(pair.second)) {
                common = Optional.of(pair);
            } else {
                parting = Optional.of(pair);
            }
        }
        return new TurnComparison(difference, parting.isPresent() ? common : Optional.empty(), parting);
    }
}
