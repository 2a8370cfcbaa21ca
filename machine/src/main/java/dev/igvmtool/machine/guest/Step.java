package dev.igvmtool.machine.guest;

import java.util.Optional;

/**
 * One unit of execution of a Java program: what one instruction is for machine code. It reads and changes nothing but
 * its processor.
 *
 * @param name unique in its program, lower case with hyphens; a symbol of the image
 * @param event stable id of the boot-flow timeline (S13, C09, ...), if the step is one of its events
 * @param act what the step does
 */
public record Step(String name, Optional<String> event, Act act) {
    /** A step of an x64 program. */
    public Step(String name, Optional<String> event, Action action) {
        this(name, event, (Act) action);
    }

    /** What a step does, on the processor of its architecture. */
    public sealed interface Act permits Action, ArmAction {}

    /** What a step does on an x64 processor. */
    @FunctionalInterface
    public non-sealed interface Action extends Act {
        /** Runs the step on one VP. */
        void run(Cpu cpu);
    }

    /** What a step does on an AArch64 processor. */
    @FunctionalInterface
    public non-sealed interface ArmAction extends Act {
        /** Runs the step on one VP. */
        void run(ArmCpu cpu);
    }

    /** A step that is an event of the timeline. */
    public static Step of(String event, String name, Action action) {
        return new Step(name, Optional.of(event), action);
    }

    /** A step without an event of its own. */
    public static Step of(String name, Action action) {
        return new Step(name, Optional.empty(), action);
    }

    /** A step of an AArch64 program that is an event of the timeline. */
    public static Step arm(String event, String name, ArmAction action) {
        return new Step(name, Optional.of(event), (Act) action);
    }

    /** A step of an AArch64 program without an event of its own. */
    public static Step arm(String name, ArmAction action) {
        return new Step(name, Optional.empty(), (Act) action);
    }
}
