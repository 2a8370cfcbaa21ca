package dev.igvmtool.debugger;

import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.Snapshot;
import java.util.ArrayList;
import java.util.List;

/**
 * The snapshots along a run. New ones are taken behind the last, when the turns since then are many or took long. When
 * all together grow too large, the one is dropped without which a replay stays shortest, so that the distance in time
 * stays about equal everywhere; new ones are then taken at that distance too.
 */
final class SnapshotLine {
    private final HistoryLimits limits;
    private final List<Mark> marks = new ArrayList<>();
    private long turnsBetween;
    private long nanosBetween;
    private long sizeBytes;

    /** Turns and time since the last snapshot that was taken or passed. */
    private long turnsSince;

    private long nanosSince;

    /**
     * One snapshot.
     *
     * @param bytes that it takes beyond the one before
     * @param turns from the one before
     * @param nanos that the turns from the one before took
     */
    private record Mark(Snapshot snapshot, long bytes, long turns, long nanos) {}

    SnapshotLine(HistoryLimits limits, Snapshot first) {
        this.limits = limits;
        this.turnsBetween = limits.turnsBetween();
        this.nanosBetween = limits.nanosBetween();
        marks.add(new Mark(first, 0, 0, 0));
    }

    Snapshot first() {
        return marks.get(0).snapshot;
    }

    /** The last one at or before a moment. */
    Snapshot atOrBefore(long turn) {
        return marks.get(indexAtOrBefore(turn)).snapshot;
    }

    List<Long> turns() {
        return marks.stream().map(mark -> mark.snapshot.turns()).toList();
    }

    long sizeBytes() {
        return sizeBytes;
    }

    /** The machine goes on from a snapshot. */
    void startedAt(long turn) {
        turnsSince = 0;
        nanosSince = 0;
        if (marks.get(indexAtOrBefore(turn)).snapshot.turns() != turn) {
            throw new IllegalArgumentException("no snapshot at turn " + turn);
        }
    }

    /** A turn was taken. */
    void passed(Machine machine, long nanos) {
        turnsSince++;
        nanosSince += nanos;
        long turn = machine.turns();
        if (turn <= last().snapshot.turns()) {
            if (atOrBefore(turn).turns() == turn) {
                turnsSince = 0;
                nanosSince = 0;
            }
            return;
        }
        if (turnsSince >= turnsBetween || nanosSince >= nanosBetween) {
            add(machine.snapshot());
        }
    }

    private void add(Snapshot snapshot) {
        long bytes = snapshot.bytesBeyond(last().snapshot);
        marks.add(new Mark(snapshot, bytes, snapshot.turns() - last().snapshot.turns(), nanosSince));
        sizeBytes += bytes;
        turnsSince = 0;
        nanosSince = 0;
        while ((sizeBytes > limits.maxBytes() || marks.size() > limits.maxSnapshots())
                && marks.size() > HistoryLimits.MIN_SNAPSHOTS) {
            thin();
        }
    }

    /** Drops the snapshot between the two gaps that are shortest together. */
    private void thin() {
        int best = 1;
        for (int i = 1; i < marks.size() - 1; i++) {
            if (gapWithout(i) < gapWithout(best)) {
                best = i;
            }
        }
        Mark dropped = marks.remove(best);
        Mark next = marks.get(best);
        Snapshot before = marks.get(best - 1).snapshot;
        Mark joined = new Mark(
                next.snapshot,
                next.snapshot.bytesBeyond(before),
                dropped.turns + next.turns,
                dropped.nanos + next.nanos);
        sizeBytes += joined.bytes - next.bytes - dropped.bytes;
        marks.set(best, joined);
        turnsBetween = Math.max(turnsBetween, joined.turns / 2);
        nanosBetween = Math.max(nanosBetween, joined.nanos / 2);
    }

    private long gapWithout(int index) {
        return marks.get(index).nanos + marks.get(index + 1).nanos;
    }

    /** Forgets what comes after the present moment of a machine, and what it was before an input here. */
    void cutFrom(Machine machine) {
        long turn = machine.turns();
        while (marks.size() > 1 && last().snapshot.turns() >= turn) {
            Mark gone = marks.remove(marks.size() - 1);
            sizeBytes -= gone.bytes;
            nanosSince = gone.snapshot.turns() == turn ? gone.nanos : nanosSince;
        }
        if (last().snapshot.turns() >= turn) {
            marks.set(0, new Mark(machine.snapshot(), 0, 0, 0));
        } else {
            add(machine.snapshot());
        }
    }

    private Mark last() {
        return marks.get(marks.size() - 1);
    }

    private int indexAtOrBefore(long turn) {
        int low = 0;
        int high = marks.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (marks.get(middle).snapshot.turns() <= turn) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}
