package dev.igvmtool.debugger;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.vp.RunState;
import dev.igvmtool.machine.vp.Vp;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Steps and runs a machine in both directions, until something is done or a condition holds. A forward run always takes a
 * turn before it looks for conditions, so it gets past the one that stopped it; a backward run goes to the last moment
 * before the present one for which a condition holds. All methods but {@link #pause} are for one thread.
 */
public final class Debugger {
    private final History history;
    private final List<LogSource> logs;
    private final Breakpoints breakpoints = new Breakpoints();
    private volatile boolean pauseRequested;

    /**
     * @param history at any moment
     * @param logs that are searched for lines
     */
    public Debugger(History history, List<LogSource> logs) {
        this.history = history;
        this.logs = List.copyOf(logs);
    }

    public History history() {
        return history;
    }

    /** The machine as it is at the present moment. */
    public Machine machine() {
        return history.machine();
    }

    public Breakpoints breakpoints() {
        return breakpoints;
    }

    /** Texts that grow while the machine runs. */
    public List<LogSource> logs() {
        return logs;
    }

    /** The present moment. */
    public Moment now() {
        return Moment.of(machine(), history.next());
    }

    /** Stops the run that goes on, or the next one. May be called on any thread. */
    public void pause() {
        pauseRequested = true;
    }

    /** Forgets a request to pause that came when nothing ran. */
    public void forgetPause() {
        pauseRequested = false;
    }

    /** Takes turns, as long as no breakpoint stops it. */
    public Stop step(long turns) {
        return runForward(breakpoints.conditions(), turns, Done.NEVER, Stop.Reason.DONE);
    }

    /** Runs until a VP has taken a turn. The others take theirs as usual. */
    public Stop stepVp(int vp) {
        return runForward(breakpoints.conditions(), Long.MAX_VALUE, actor -> actor == vp, Stop.Reason.DONE);
    }

    /** Lets one VP take a turn out of its order, which is an input: another future begins. */
    public Stop stepAlone(int vp) {
        if (history.next().isPresent() && history.next().get().index() == vp) {
            return step(1);
        }
        history.apply(new Input.VpChoice(vp));
        return step(1);
    }

    /** Runs until the VP whose turn is next is about to run another program than now: past the stage that it is in. */
    public Stop stepOverStage() {
        return history.next().map(vp -> stepOverStage(vp.index())).orElseGet(this::ended);
    }

    /** Runs until a VP is about to run another program than now. */
    public Stop stepOverStage(int vp) {
        String program = programOf(machine().vp(vp));
        return runForward(
                breakpoints.conditions(),
                Long.MAX_VALUE,
                actor -> history.next().isPresent()
                        && history.next().get().index() == vp
                        && !programOf(history.next().get()).equals(program),
                Stop.Reason.DONE);
    }

    private static String programOf(Vp vp) {
        return Moment.stepAt(vp).map(Moment.ProgramStep::program).orElse("");
    }

    /** Goes forward until a breakpoint holds. */
    public Stop run(long maxTurns) {
        return runForward(breakpoints.conditions(), maxTurns, Done.NEVER, Stop.Reason.LIMIT);
    }

    /** Goes forward until a condition or a breakpoint holds. */
    public Stop runTo(Condition condition, long maxTurns) {
        return runForward(with(condition), maxTurns, Done.NEVER, Stop.Reason.LIMIT);
    }

    /** Goes some turns back, whatever breakpoints there are. */
    public Stop stepBack(long turns) {
        long target = Math.max(history.start(), history.now() - turns);
        boolean atStart = history.now() == history.start();
        history.goTo(target);
        return Stop.of(atStart ? Stop.Reason.START : Stop.Reason.DONE, now());
    }

    /** Goes back to before the last turn that a VP took. */
    public Stop stepBackVp(int vp) {
        return runBackward(List.of(new Condition.TurnOf(vp)), Stop.Reason.DONE);
    }

    /** Goes back to the last moment before this one for which a breakpoint holds. */
    public Stop runBack() {
        return runBackward(breakpoints.conditions(), Stop.Reason.HIT);
    }

    /** Goes back to the last moment before this one for which the condition or a breakpoint holds. */
    public Stop runBackTo(Condition condition) {
        return runBackward(with(condition), Stop.Reason.HIT);
    }

    /** Goes to a moment. */
    public Stop goTo(long turn) {
        history.goTo(turn);
        return history.now() == turn ? Stop.of(Stop.Reason.DONE, now()) : ended();
    }

    /** Does something to the machine from outside; what was known of the future is forgotten. */
    public void apply(Input input) {
        history.apply(input);
    }

    /**
     * Who wrote bytes of physical memory last before the present moment. The present moment stays.
     *
     * @param range at most {@link WriterSearch#MAX_BYTES}
     */
    public List<Writer> whoWrote(GpaRange range) {
        long here = history.now();
        try {
            return new WriterSearch(history, range).search();
        } finally {
            history.goTo(here);
        }
    }

    /** What happened in a turn; the present moment stays. */
    public List<MachineEvent> eventsOf(long turn) {
        long here = history.now();
        List<MachineEvent> events = new ArrayList<>();
        history.goTo(turn);
        machine().observe(events::add);
        try {
            history.takeTurn();
        } finally {
            machine().observe(null);
        }
        // The second half of the turn is not taken: going elsewhere restores a snapshot.
        history.reload(here);
        return events;
    }

    private List<Condition> with(Condition condition) {
        List<Condition> conditions = new ArrayList<>(breakpoints.conditions());
        conditions.add(condition);
        return conditions;
    }

    /** Asked after each turn whether the run is done. */
    @FunctionalInterface
    private interface Done {
        Done NEVER = actor -> false;

        boolean after(int actor);
    }

    private Stop runForward(List<Condition> conditions, long maxTurns, Done done, Stop.Reason atLimit) {
        Watcher watcher = new Watcher(history, conditions, logs);
        watcher.attach();
        try {
            for (long taken = 0; taken < maxTurns; taken++) {
                if (pauseRequested) {
                    pauseRequested = false;
                    return Stop.of(Stop.Reason.PAUSED, now());
                }
                OptionalInt actor =
                        history.next().map(vp -> OptionalInt.of(vp.index())).orElse(OptionalInt.empty());
                if (!watcher.takeTurn()) {
                    return ended();
                }
                List<Hit> hits = new ArrayList<>(watcher.endTurn());
                hits.addAll(watcher.now());
                if (!hits.isEmpty()) {
                    return new Stop(Stop.Reason.HIT, now(), hits, "");
                }
                if (done.after(actor.orElse(-1))) {
                    return Stop.of(Stop.Reason.DONE, now());
                }
            }
            return Stop.of(atLimit, now());
        } finally {
            watcher.detach();
        }
    }

    private Stop runBackward(List<Condition> conditions, Stop.Reason found) {
        long here = history.now();
        for (long high = here; high > history.start(); ) {
            long low = history.snapshotAtOrBefore(high - 1);
            List<Hit> hits = lastHits(conditions, low, high);
            if (pauseRequested) {
                pauseRequested = false;
                history.goTo(here);
                return Stop.of(Stop.Reason.PAUSED, now());
            }
            if (!hits.isEmpty()) {
                history.goTo(hits.get(0).turn());
                return new Stop(found, now(), found == Stop.Reason.HIT ? hits : List.of(), "");
            }
            high = low;
        }
        history.goTo(history.start());
        return Stop.of(Stop.Reason.START, now());
    }

    /** The hits of the last moment, from {@code low} on and before {@code high}, that has any. */
    private List<Hit> lastHits(List<Condition> conditions, long low, long high) {
        history.goTo(low);
        Watcher watcher = new Watcher(history, conditions, logs);
        watcher.attach();
        List<Hit> last = List.of();
        try {
            while (history.now() < high && !pauseRequested) {
                List<Hit> hits = new ArrayList<>(watcher.now());
                if (!watcher.takeTurn()) {
                    break;
                }
                hits.addAll(watcher.endTurn());
                last = hits.isEmpty() ? last : hits;
            }
        } finally {
            watcher.detach();
        }
        return last;
    }

    private Stop ended() {
        for (Vp vp : machine().partition().vps()) {
            if (vp.runState() == RunState.STOPPED) {
                return new Stop(Stop.Reason.VP_STOPPED, now(), List.of(), "VP " + vp.index() + ": " + vp.stopReason());
            }
        }
        return Stop.of(Stop.Reason.IDLE, now());
    }
}
