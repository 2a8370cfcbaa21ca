package dev.igvmtool.machine.guest;

import java.util.Optional;

/**
 * One unit of execution of a Java program: what one instruction is for machine code. It reads and changes nothing but
 * its {@link Cpu}.
 *
 * @param name unique in its program, lower case with hyphens; a symbol of the image
 * @param event stable id of the boot-flow timeline (S13, C09, ...), if the step is one of its events
 * @param action what the step does
 */
public record Step(String name, Optional<String> event, Action action) {
    /** What a step does. */
    @FunctionalInterface
    public interface Action {
        /** Runs the step on one VP. */
        void run(Cpu cpu);
    }

    /** A step that is an event of the timeline. */
    public static Step of(String event, String name, Action action) {
        return new Step(name, Optional.of(event), action);
    }

    /** A step without an event of its own. */
    public static Step of(String name, Action action) {
        return new Step(name, Optional.empty(), action);
    }
}
