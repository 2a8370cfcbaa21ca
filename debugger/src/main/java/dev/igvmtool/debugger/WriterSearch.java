package dev.igvmtool.debugger;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.vp.Vp;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Looks backwards through a history for the last writers of some bytes. */
final class WriterSearch {
    /** Most bytes of one search. */
    static final int MAX_BYTES = 1 << 20;

    private final History history;
    private final GpaRange range;
    /** By byte of the range; null as long as nobody was found. */
    private final @Nullable Write[] found;

    /** What one interval of the replay adds; later writes replace earlier ones. */
    private final @Nullable Write[] interval;

    private int missing;
    private @Nullable Turn turn;
    private long pendingGpa;
    private long pendingLength;

    /** The turn that is being taken, or the moment of an input. */
    private record Turn(Writer.Kind kind, long number, int vp, int vtl, Optional<Moment.ProgramStep> step) {}

    /** One write; equal ones are joined again in the answer. */
    private record Write(Turn turn, Writer.Kind kind, long firstGpa, OptionalLong firstGva) {}

    WriterSearch(History history, GpaRange range) {
        if (range.size() < 1 || range.size() > MAX_BYTES) {
            throw new IllegalArgumentException(range + " is not 1 to " + MAX_BYTES + " bytes");
        }
        this.history = history;
        this.range = range;
        this.found = new Write[(int) range.size()];
        this.interval = new Write[found.length];
        this.missing = found.length;
    }

    List<Writer> search() {
        for (long high = history.now(); high > history.start() && missing > 0; ) {
            long low = history.snapshotAtOrBefore(high - 1);
            replay(low, high);
            take();
            high = low;
        }
        if (missing > 0) {
            firstInputs();
            take();
        }
        return writers();
    }

    private void replay(long low, long high) {
        history.goTo(low);
        history.machine().observe(this::event);
        history.machine().physicalMemory().observeWrites(this::written);
        try {
            while (history.now() < high) {
                Optional<Vp> next = history.next();
                if (next.isEmpty()) {
                    break;
                }
                turn = new Turn(
                        Writer.Kind.HYPERVISOR,
                        history.now(),
                        next.get().index(),
                        next.get().vtl(),
                        Moment.stepAt(next.get()));
                history.takeTurn();
                settle(Writer.Kind.HYPERVISOR, OptionalLong.empty());
                turn = new Turn(Writer.Kind.INPUT, history.now(), -1, -1, Optional.empty());
                history.arrive();
                settle(Writer.Kind.INPUT, OptionalLong.empty());
                turn = null;
            }
        } finally {
            history.machine().observe(null);
            history.machine().physicalMemory().observeWrites(null);
        }
    }

    /** What came from outside before the first turn took effect before there was a history to replay. */
    private void firstInputs() {
        for (Input input : history.journal().at(history.start())) {
            if (input instanceof Input.MemoryWrite write) {
                turn = new Turn(Writer.Kind.INPUT, history.start(), -1, -1, Optional.empty());
                written(write.gpa(), write.content().size());
                settle(Writer.Kind.INPUT, OptionalLong.empty());
                turn = null;
            }
        }
    }

    /** A write begins; the event that follows tells whether a program makes it. */
    private void written(long gpa, long length) {
        if (turn != null) {
            settle(turn.kind, OptionalLong.empty());
            pendingGpa = gpa;
            pendingLength = length;
        }
    }

    private void event(MachineEvent event) {
        if (event instanceof MachineEvent.MemoryWrite write
                && write.gpa() == pendingGpa
                && write.length() == pendingLength) {
            settle(Writer.Kind.PROGRAM, OptionalLong.of(write.gva()));
        }
    }

    private void settle(Writer.Kind kind, OptionalLong gva) {
        long first = Math.max(pendingGpa, range.start());
        long end = Math.min(pendingGpa + pendingLength, range.end());
        if (turn != null && first < end) {
            Write write = new Write(turn, kind, pendingGpa, gva);
            for (long at = first; at < end; at++) {
                interval[(int) (at - range.start())] = write;
            }
        }
        pendingLength = 0;
    }

    private void take() {
        for (int i = 0; i < found.length; i++) {
            if (found[i] == null && interval[i] != null) {
                found[i] = interval[i];
                missing--;
            }
            interval[i] = null;
        }
    }

    /** Neighbours that the same turn wrote in the same way are one. */
    private List<Writer> writers() {
        List<Writer> writers = new ArrayList<>();
        int start = 0;
        for (int i = 1; i <= found.length; i++) {
            if (i == found.length || !same(found[start], found[i])) {
                writers.add(writer(start, i));
                start = i;
            }
        }
        return writers;
    }

    private static boolean same(@Nullable Write a, @Nullable Write b) {
        if (a == null || b == null) {
            return a == null && b == null;
        }
        return a.turn.equals(b.turn) && a.kind == b.kind;
    }

    private Writer writer(int first, int end) {
        GpaRange bytes = new GpaRange(range.start() + first, range.start() + end);
        Write write = found[first];
        if (write == null) {
            return new Writer(bytes, Writer.Kind.LOAD, 0, -1, -1, Optional.empty(), OptionalLong.empty());
        }
        OptionalLong gva = write.firstGva.isPresent()
                ? OptionalLong.of(write.firstGva.getAsLong() + bytes.start() - write.firstGpa)
                : OptionalLong.empty();
        return new Writer(bytes, write.kind, write.turn.number, write.turn.vp, write.turn.vtl, write.turn.step, gva);
    }
}
