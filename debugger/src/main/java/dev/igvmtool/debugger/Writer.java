package dev.igvmtool.debugger;

import dev.igvmtool.abi.binary.GpaRange;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Who wrote some bytes last.
 *
 * @param range that he wrote, of the bytes that were asked for
 * @param kind of writer
 * @param turn in which it happened; for an input the turn before which it took effect; 0 for {@link Kind#LOAD}
 * @param vp that took the turn, -1 if none did
 * @param vtl in which it ran, -1 if none did
 * @param step that it ran, if it ran one
 * @param gva first byte as the program addressed it, for {@link Kind#PROGRAM}
 */
public record Writer(
        GpaRange range, Kind kind, long turn, int vp, int vtl, Optional<Moment.ProgramStep> step, OptionalLong gva) {
    /** Who can write. */
    public enum Kind {
        /** A program, by an instruction of a step. */
        PROGRAM,
        /** The hypervisor on behalf of a turn: output of a hypercall, a message, bits of page tables. */
        HYPERVISOR,
        /** Somebody outside: the user of the debugger. */
        INPUT,
        /** Nobody since the history began: it stands there as it was loaded. */
        LOAD
    }
}
