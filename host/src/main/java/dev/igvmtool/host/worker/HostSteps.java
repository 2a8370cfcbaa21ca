package dev.igvmtool.host.worker;

import dev.igvmtool.host.loader.HostStep;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.event.MachineEvent;

/** Tells who looks on what the host does. */
final class HostSteps {
    private HostSteps() {}

    static void emit(Machine machine, HostStep step) {
        if (machine.partition().observed()) {
            machine.partition().emit(new MachineEvent.HostStep(step.id(), step.step(), step.detail()));
        }
    }
}
