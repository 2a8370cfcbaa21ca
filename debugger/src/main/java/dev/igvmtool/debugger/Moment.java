package dev.igvmtool.debugger;

import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.guest.Step;
import dev.igvmtool.machine.vp.Vp;
import java.util.Optional;

/**
 * A place in a run: between two turns.
 *
 * @param turn turns taken before it
 * @param steps steps retired before it
 * @param next what happens after it; empty if no VP can take a turn
 */
public record Moment(long turn, long steps, Optional<Next> next) {
    /**
     * The turn that comes next.
     *
     * @param vp whose turn it is
     * @param step what it runs; empty for machine code, and where RIP leads nowhere
     */
    public record Next(int vp, int vtl, long rip, Optional<ProgramStep> step) {}

    /**
     * A step of a program.
     *
     * @param timelineId of the event that it is, such as S38
     */
    public record ProgramStep(String program, int index, String name, Optional<String> timelineId) {
        @Override
        public String toString() {
            return program + "/" + name + timelineId.map(id -> " (" + id + ")").orElse("");
        }
    }

    /** The present moment of a machine. */
    static Moment of(Machine machine, Optional<Vp> next) {
        return new Moment(machine.turns(), machine.steps(), next.map(Moment::next));
    }

    private static Next next(Vp vp) {
        return new Next(vp.index(), vp.vtl(), vp.state().active().rip, stepAt(vp));
    }

    /** The step that stands at RIP of a VP. */
    public static Optional<ProgramStep> stepAt(Vp vp) {
        return vp.slotAtRip().flatMap(slot -> vp.partition()
                .programs()
                .find(slot.program())
                .filter(entry -> slot.step() < entry.steps().size())
                .map(entry -> step(entry, slot.step())));
    }

    /** A step by its names. */
    public static Optional<ProgramStep> stepOf(Programs programs, String program, String step) {
        return programs.all().stream()
                .filter(entry -> entry.program().name().equals(program))
                .findFirst()
                .map(entry -> step(entry, entry.indexOf(step)));
    }

    private static ProgramStep step(Programs.Entry entry, int index) {
        Step step = entry.steps().get(index);
        return new ProgramStep(entry.program().name(), index, step.name(), step.event());
    }
}
