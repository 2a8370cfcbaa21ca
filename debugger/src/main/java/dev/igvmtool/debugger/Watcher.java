package dev.igvmtool.debugger;

import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.event.EventSink;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.vp.Vp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Looks at the turns of one run for the conditions that may stop it. While it is attached the machine tells it of events,
 * if some condition needs them.
 */
final class Watcher implements EventSink {
    private final History history;
    private final Machine machine;
    private final List<Condition> before = new ArrayList<>();
    private final List<Condition> during = new ArrayList<>();
    private final List<MemoryWatch> memory = new ArrayList<>();
    private final LogWatch logs;

    // The turn that is being taken.
    private final Map<Condition, Seen> seen = new LinkedHashMap<>();
    private int vp;
    private long turn;

    /** First event of a turn for a condition, and how many more there were. */
    private static final class Seen {
        private final MachineEvent event;
        private int count = 1;

        Seen(MachineEvent event) {
            this.event = event;
        }
    }

    Watcher(History history, List<Condition> conditions, List<LogSource> sources) {
        this.history = history;
        this.machine = history.machine();
        List<Condition.OnLogLine> lines = new ArrayList<>();
        for (Condition condition : conditions) {
            if (condition.isBeforeTurn()) {
                before.add(condition);
            } else if (condition instanceof Condition.OnMemory access) {
                memory.add(new MemoryWatch(access, history));
            } else if (condition instanceof Condition.OnLogLine line) {
                lines.add(line);
            } else {
                during.add(condition);
            }
        }
        logs = new LogWatch(lines, lines.isEmpty() ? List.of() : sources);
    }

    /** Begins to watch, at the present moment. */
    void attach() {
        logs.start();
        if (!during.isEmpty() || !memory.isEmpty()) {
            machine.observe(this);
        }
        if (!memory.isEmpty()) {
            machine.physicalMemory().observeWrites(this::written);
        }
    }

    void detach() {
        machine.observe(null);
        machine.physicalMemory().observeWrites(null);
    }

    /** The conditions that hold at the present moment. */
    List<Hit> now() {
        if (before.isEmpty()) {
            return List.of();
        }
        Optional<Vp> next = history.next();
        if (next.isEmpty()) {
            return List.of();
        }
        List<Hit> hits = new ArrayList<>();
        Optional<Moment.ProgramStep> step = Moment.stepAt(next.get());
        for (Condition condition : before) {
            if (holds(condition, next.get(), step)) {
                String what = step.map(Moment.ProgramStep::toString)
                        .orElseGet(() -> String.format("code at 0x%x", rip(next.get())));
                hits.add(Hit.of(condition, history.now(), next.get().index(), "before " + what));
            }
        }
        return hits;
    }

    private boolean holds(Condition condition, Vp next, Optional<Moment.ProgramStep> step) {
        if (condition instanceof Condition.AtAddress at) {
            return rip(next) == at.gva() && isVp(at.vp(), next);
        }
        if (condition instanceof Condition.AtStep at) {
            return isVp(at.vp(), next)
                    && step.isPresent()
                    && step.get().program().equals(at.program())
                    && step.get().name().equals(at.step());
        }
        if (condition instanceof Condition.EntersStage stage) {
            return step.isPresent()
                    && step.get().program().equals(stage.program())
                    && !lastProgram(next).equals(stage.program());
        }
        return condition instanceof Condition.TurnOf turnOf && turnOf.vp() == next.index();
    }

    private static boolean isVp(OptionalInt wanted, Vp vp) {
        return wanted.isEmpty() || wanted.getAsInt() == vp.index();
    }

    private static long rip(Vp vp) {
        return vp.state().active().rip;
    }

    private static String lastProgram(Vp vp) {
        return vp.partition()
                .programs()
                .find(vp.state().lastProgram())
                .map(entry -> entry.program().name())
                .orElse("");
    }

    /** Lets a turn be taken; false if none can. */
    boolean takeTurn() {
        Optional<Vp> next = history.next();
        if (next.isEmpty()) {
            return false;
        }
        vp = next.get().index();
        turn = history.now();
        return history.takeTurn();
    }

    /** What held in the turn that was taken; then what comes from outside takes effect. */
    List<Hit> endTurn() {
        List<Hit> hits = new ArrayList<>();
        seen.forEach((condition, what) -> hits.add(new Hit(
                condition,
                turn,
                vp,
                EventText.of(what.event) + (what.count > 1 ? ", and " + (what.count - 1) + " more" : ""),
                Optional.of(what.event),
                OptionalLong.empty(),
                OptionalLong.empty())));
        seen.clear();
        memory.forEach(watch -> watch.endTurn(turn, vp).ifPresent(hits::add));
        logs.endTurn(turn, vp, hits);
        history.arrive();
        // Writes from outside are nobody's access.
        memory.forEach(MemoryWatch::clear);
        return hits;
    }

    private void written(long gpa, long length) {
        memory.forEach(watch -> watch.beforeWrite(gpa, length));
    }

    @Override
    public void event(MachineEvent event) {
        for (MemoryWatch watch : memory) {
            watch.event(event);
        }
        for (Condition condition : during) {
            if (EventMatch.matches(condition, event)) {
                Seen former = seen.putIfAbsent(condition, new Seen(event));
                if (former != null) {
                    former.count++;
                }
            }
        }
    }
}
