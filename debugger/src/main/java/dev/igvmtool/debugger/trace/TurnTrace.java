package dev.igvmtool.debugger.trace;

import dev.igvmtool.debugger.EventText;
import dev.igvmtool.debugger.Moment;
import dev.igvmtool.machine.event.MachineEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One turn with all that happened in it.
 *
 * @param turn turns taken before it
 * @param vp that took it
 * @param vtl in which it began
 * @param rip where it began
 * @param step that stood there, if one did
 * @param events in order
 */
public record TurnTrace(
        long turn, int vp, int vtl, long rip, Optional<Moment.ProgramStep> step, List<MachineEvent> events) {
    public TurnTrace {
        events = List.copyOf(events);
    }

    /** Name of the program that ran; empty for machine code. */
    public String program() {
        return step.map(Moment.ProgramStep::program).orElse("");
    }

    /** The step's name, or the address of machine code. */
    public String stepName() {
        return step.map(Moment.ProgramStep::name).orElseGet(() -> String.format("0x%x", rip));
    }

    /** What was called or changed besides memory, each kind once with its number. */
    public List<String> calls() {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (MachineEvent event : events) {
            boolean memory = event instanceof MachineEvent.MemoryRead || event instanceof MachineEvent.MemoryWrite;
            if (!memory && !(event instanceof MachineEvent.StepRetired)) {
                counts.merge(call(event), 1, Integer::sum);
            }
        }
        List<String> calls = new ArrayList<>();
        counts.forEach((call, count) -> calls.add(count == 1 ? call : call + " x" + count));
        return calls;
    }

    /** A port that is written byte by byte is one call; everything else is told in full. */
    private static String call(MachineEvent event) {
        return event instanceof MachineEvent.PortOut out ? String.format("out 0x%x", out.port()) : EventText.of(event);
    }
}
