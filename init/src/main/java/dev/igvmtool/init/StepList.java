package dev.igvmtool.init;

import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.machine.guest.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Collects the steps of the program; a step that fails goes on with the program's end. */
final class StepList {
    private final List<Step> steps = new ArrayList<>();
    private Optional<String> event = Optional.empty();

    /** The next step is this event of the timeline. */
    StepList event(String id) {
        event = Optional.of(id);
        return this;
    }

    StepList step(String name, Consumer<InitProcess> action) {
        steps.add(new Step(name, event, cpu -> {
            InitProcess process = new InitProcess(cpu, Init.LAYOUT.base(cpu) + Init.LAYOUT.dataOffset());
            try {
                action.accept(process);
            } catch (InitFailure e) {
                EndSteps.fail(process, String.valueOf(e.getMessage()));
            }
        }));
        event = Optional.empty();
        return this;
    }

    StepList log(String name, Level level, Function<InitProcess, String> message) {
        return step(name, process -> process.log(level, message.apply(process)));
    }

    /** Writes a text to an existing file: open, write, close; the write is the event, if there is one. */
    StepList write(String name, String path, Function<InitProcess, String> text) {
        Optional<String> ofWrite = event;
        event = Optional.empty();
        step(name + "-open", process -> process.open(path, OpenFlags.WRONLY));
        event = ofWrite;
        return step(name + "-write", process -> {
                    process.set(Variable.FILE, process.result("failed to open " + path));
                    process.write(process.get(Variable.FILE), text.apply(process));
                })
                .step(name + "-close", process -> {
                    process.result("failed to write " + path);
                    process.close(process.get(Variable.FILE));
                });
    }

    List<Step> build() {
        return List.copyOf(steps);
    }
}
