package dev.igvmtool.debugger.console;

import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.guest.Step;
import java.util.List;

/** The programs of a machine and their steps, by name. */
final class Stages {
    private final Machine machine;

    Stages(Machine machine) {
        this.machine = machine;
    }

    List<Programs.Entry> all() {
        return machine.partition().programs().all();
    }

    List<String> names() {
        return all().stream().map(entry -> entry.program().name()).toList();
    }

    /** Names of the steps of a stage; none if there is no such stage. */
    List<String> steps(String stage) {
        return all().stream()
                .filter(entry -> entry.program().name().equals(stage))
                .flatMap(entry -> entry.steps().stream())
                .map(Step::name)
                .toList();
    }
}
