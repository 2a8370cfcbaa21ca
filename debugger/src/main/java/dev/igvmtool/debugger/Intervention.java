package dev.igvmtool.debugger;

import dev.igvmtool.machine.Machine;

/** Something that the surroundings of a machine do to it while it runs, as a function of its state. */
@FunctionalInterface
public interface Intervention {
    /** None. */
    Intervention NONE = machine -> {};

    /** Called after each turn, in every replay too; what it does depends on nothing but the state of the machine. */
    void afterTurn(Machine machine);
}
