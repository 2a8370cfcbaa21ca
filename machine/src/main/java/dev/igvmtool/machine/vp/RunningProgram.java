package dev.igvmtool.machine.vp;

import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.guest.Slot;
import org.jspecify.annotations.Nullable;

/** The program whose step a VP is running, and where it stands. */
final class RunningProgram {
    private Programs.@Nullable Entry entry;
    private long origin;

    /** A step of {@code program} begins, at an address. */
    void begin(Programs.Entry program, int step, long address) {
        entry = program;
        origin = address - (long) step * Slot.SIZE;
    }

    /** The step is over. */
    void end() {
        entry = null;
    }

    /** True between {@link #begin} and {@link #end}. */
    boolean isRunning() {
        return entry != null;
    }

    /** Address of the first slot. */
    long origin() {
        return origin;
    }

    /** Address of what stands behind the last slot. */
    long constants() {
        return origin + (long) program().steps().size() * Slot.SIZE;
    }

    /** Address of a step. */
    long addressOf(String stepName) {
        return origin + (long) program().indexOf(stepName) * Slot.SIZE;
    }

    /** Number of the program. */
    int number() {
        return program().program().number();
    }

    private Programs.Entry program() {
        Programs.Entry program = entry;
        if (program == null) {
            throw new IllegalStateException("no program is running on this VP");
        }
        return program;
    }
}
