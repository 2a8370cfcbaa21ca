package dev.igvmtool.machine.guest;

import dev.igvmtool.abi.binary.Bytes;
import java.util.List;

/**
 * A program for the machine, written in Java: a list of steps, and the shape of the image in which they stand. The
 * first step is the entry point; others are reached by going on, or by a jump to {@link Cpu#addressOf}. A program has
 * no mutable fields: whatever outlives a step is in guest memory, in registers or in {@link Cpu#keep}.
 */
public interface Program {
    /** Name of the stage, as the command line and the timeline show it: {@code boot-shim}. */
    String name();

    /** Number of the program in its slots, unique among programs that run on one machine, 1 to 65535. */
    int number();

    /** The processors that it is for. */
    default Architecture architecture() {
        return Architecture.X64;
    }

    /** The steps in slot order; the same list whenever it is asked. */
    List<Step> steps();

    /**
     * What stands behind the last slot, at {@link Cpu#constants}: what a linker would leave in an executable besides its
     * code. Whoever puts a program over another's image may write other constants.
     */
    default Bytes constants() {
        return Bytes.EMPTY;
    }

    /** Where slots and data stand in the image. */
    ImageLayout layout();
}
