package dev.igvmtool.debugger.trace;

import dev.igvmtool.debugger.History;
import dev.igvmtool.debugger.Moment;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.vp.Vp;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Goes through a run turn by turn. */
public final class RunTrace {
    private RunTrace() {}

    /** Sees the turns of a run. */
    public interface Visitor {
        /** The machine is before a turn. */
        default void before(Moment.Next next) {}

        /** The machine has taken the turn. */
        void after(TurnTrace turn);
    }

    /**
     * Shows all turns from the first moment of a history on; the present moment stays.
     *
     * @param turns how many at most
     */
    public static void walk(History history, long turns, Visitor visitor) {
        history.look(() -> {
            history.goTo(history.start());
            long end = history.start() + turns;
            while (history.now() < end) {
                Optional<Vp> next = history.next();
                if (next.isEmpty()) {
                    break;
                }
                one(history, next.get(), visitor);
            }
            return history.now();
        });
    }

    private static void one(History history, Vp vp, Visitor visitor) {
        Optional<Moment.ProgramStep> step = Moment.stepAt(vp);
        Moment.Next next = new Moment.Next(vp.index(), vp.vtl(), vp.state().active().rip, step);
        visitor.before(next);
        long turn = history.now();
        List<MachineEvent> events = new ArrayList<>();
        history.machine().observe(events::add);
        history.forward();
        history.machine().observe(null);
        visitor.after(trace(history.machine(), turn, next, events));
    }

    /** A turn that begins with an interrupt, or in another VTL, runs another step than the one that stood there. */
    static TurnTrace trace(Machine machine, long turn, Moment.Next next, List<MachineEvent> events) {
        for (MachineEvent event : events) {
            if (event instanceof MachineEvent.StepRetired retired) {
                Optional<Moment.ProgramStep> step =
                        Moment.stepOf(machine.partition().programs(), retired.program(), retired.step());
                return new TurnTrace(turn, retired.vp(), retired.vtl(), retired.rip(), step, events);
            }
        }
        return new TurnTrace(turn, next.vp(), next.vtl(), next.rip(), next.step(), events);
    }
}
