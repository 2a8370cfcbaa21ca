package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.ImageLayout;
import dev.igvmtool.machine.guest.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Collects the steps of the program; a failure in one of them ends the process with a log line. */
final class StepList {
    private final ImageLayout layout;
    private final List<Step> steps = new ArrayList<>();

    StepList(ImageLayout layout) {
        this.layout = layout;
    }

    /** Adds a step that is an event of the timeline. */
    StepList event(String event, String name, Consumer<ParavisorProcess> action) {
        steps.add(new Step(name, Optional.of(event), cpu -> run(cpu, action)));
        return this;
    }

    /** Adds a step without an event of its own. */
    StepList step(String name, Consumer<ParavisorProcess> action) {
        steps.add(new Step(name, Optional.empty(), cpu -> run(cpu, action)));
        return this;
    }

    List<Step> steps() {
        return List.copyOf(steps);
    }

    private void run(Cpu cpu, Consumer<ParavisorProcess> action) {
        ParavisorProcess process = ParavisorProcess.of(cpu, layout.base(cpu) + layout.dataOffset());
        try {
            action.accept(process);
        } catch (ParavisorFailure e) {
            process.fail(e.text());
        } catch (FormatException e) {
            process.fail(e.getMessage());
        }
    }
}
