package dev.igvmtool.debugger;

import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.Snapshot;
import dev.igvmtool.machine.vp.Vp;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * A run of one machine that can be gone through in both directions. Snapshots stand along it, some turns apart; any other
 * moment is reached by a replay from the one before, with the inputs of the journal at the turns at which they came. The
 * machine must be stepped through its history only.
 *
 * <p>At a moment the inputs that came there have taken effect. An input in the past makes another future: what was known
 * of the old one is forgotten.
 */
public final class History {
    private final Machine machine;
    private final SnapshotLine line;
    private final Journal journal;
    private final Intervention intervention;
    private final InputEffects effects;
    private long end;
    private long turnNanos;

    /** Starts at the present moment of a machine. */
    public History(Machine machine, HistoryLimits limits) {
        this(machine, limits, new Journal());
    }

    /** @param journal inputs that will come again */
    public History(Machine machine, HistoryLimits limits, Journal journal) {
        this(machine, limits, journal, Intervention.NONE);
    }

    /** @param intervention what the surroundings of the machine do after each turn */
    public History(Machine machine, HistoryLimits limits, Journal journal, Intervention intervention) {
        this.machine = machine;
        this.intervention = intervention;
        this.journal = journal;
        this.effects = new InputEffects(machine);
        this.end = machine.turns();
        journal.at(now()).forEach(effects::apply);
        this.line = new SnapshotLine(limits, machine.snapshot());
    }

    /** The machine as it is now. */
    public Machine machine() {
        return machine;
    }

    /** Turns taken at the present moment. */
    public long now() {
        return machine.turns();
    }

    /** Turns taken at the earliest moment. */
    public long start() {
        return line.first().turns();
    }

    /** Turns taken at the latest moment that was seen. */
    public long end() {
        return end;
    }

    /** What came from outside. */
    public Journal journal() {
        return journal;
    }

    /** Lets one turn be taken; false if no VP can take one. */
    public boolean forward() {
        if (!takeTurn()) {
            return false;
        }
        arrive();
        return true;
    }

    /** The first half of {@link #forward}: what the machine does by itself. */
    boolean takeTurn() {
        OptionalInt choice = journal.choiceAt(now());
        long before = System.nanoTime();
        // A choice that cannot be had any more is none: the input was made for another state.
        boolean taken = choice.isPresent() && machine.step(choice.getAsInt()) || machine.step();
        turnNanos = System.nanoTime() - before;
        return taken;
    }

    /** The second half: what comes from outside. */
    void arrive() {
        intervention.afterTurn(machine);
        journal.at(now()).forEach(effects::apply);
        end = Math.max(end, now());
        line.passed(machine, turnNanos);
    }

    /** The VP that takes the next turn. */
    public Optional<Vp> next() {
        OptionalInt choice = journal.choiceAt(now());
        return choice.isPresent() && machine.vp(choice.getAsInt()).canTakeTurn()
                ? Optional.of(machine.vp(choice.getAsInt()))
                : machine.next();
    }

    /**
     * Goes to a moment.
     *
     * @param turn from {@link #start}; the machine stops short of it only if it comes to an end before
     */
    public void goTo(long turn) {
        if (turn < now() || line.atOrBefore(turn).turns() > now()) {
            reload(turn);
            return;
        }
        while (now() < turn && forward()) {
            // Each turn brings it nearer.
        }
    }

    /** Goes to a moment by way of a snapshot, whatever state the machine is in. */
    void reload(long turn) {
        if (turn < start()) {
            throw new IllegalArgumentException("turn " + turn + " is before the history, which starts at " + start());
        }
        Snapshot nearest = line.atOrBefore(turn);
        machine.restore(nearest);
        line.startedAt(nearest.turns());
        while (now() < turn && forward()) {
            // Each turn brings it nearer.
        }
    }

    /**
     * Looks at other moments, ahead of the latest that was seen if need be; afterwards this moment is the present one
     * again, and the latest is what it was.
     */
    public <T> T look(Supplier<T> question) {
        long here = now();
        long known = end;
        try {
            return question.get();
        } finally {
            machine.observe(null);
            reload(here);
            end = known;
        }
    }

    /** The last moment at or before {@code turn} that is reached without a replay. */
    public long snapshotAtOrBefore(long turn) {
        return line.atOrBefore(turn).turns();
    }

    /** Does something to the machine from outside. Whatever was known to come after this moment is forgotten. */
    public void apply(Input input) {
        effects.check(input);
        effects.apply(input);
        journal.cutAfter(now());
        journal.add(now(), input);
        end = now();
        line.cutFrom(machine);
    }

    /** The machine as it is now. */
    public Snapshot snapshot() {
        return machine.snapshot();
    }

    /** Turns at which snapshots stand, ascending. */
    public List<Long> snapshots() {
        return line.turns();
    }

    /** About how many bytes all snapshots together take. */
    public long sizeBytes() {
        return line.sizeBytes();
    }
}
