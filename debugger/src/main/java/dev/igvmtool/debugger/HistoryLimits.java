package dev.igvmtool.debugger;

/**
 * How close the snapshots of a history stand.
 *
 * @param turnsBetween a snapshot is taken after so many turns
 * @param nanosBetween a snapshot is taken earlier if the turns since the last took so long, so that a replay is short
 * @param maxBytes all snapshots together; above it the history is thinned where a replay stays shortest
 * @param maxSnapshots most snapshots
 */
public record HistoryLimits(int turnsBetween, long nanosBetween, long maxBytes, int maxSnapshots) {
    /** Close enough for a step back in a few milliseconds. */
    public static final HistoryLimits DEFAULT = new HistoryLimits(16, 2_000_000, 256L << 20, 8192);

    /** Fewest snapshots that a history is thinned to. */
    public static final int MIN_SNAPSHOTS = 3;

    public HistoryLimits {
        if (turnsBetween < 1 || nanosBetween < 1 || maxBytes < 0 || maxSnapshots < MIN_SNAPSHOTS) {
            throw new IllegalArgumentException(
                    "a history needs a distance and room for " + MIN_SNAPSHOTS + " snapshots");
        }
    }
}
