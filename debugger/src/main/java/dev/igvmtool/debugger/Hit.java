package dev.igvmtool.debugger;

import dev.igvmtool.machine.event.MachineEvent;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A condition that held.
 *
 * @param condition that held
 * @param turn the turn before which, or in which, it held
 * @param vp that took the turn
 * @param detail what happened, one line
 * @param event what happened, if there was an event
 * @param gpa first byte that was accessed, if memory was
 * @param gva the same as the program saw it, if a program made the access
 */
public record Hit(
        Condition condition,
        long turn,
        int vp,
        String detail,
        Optional<MachineEvent> event,
        OptionalLong gpa,
        OptionalLong gva) {
    static Hit of(Condition condition, long turn, int vp, String detail) {
        return new Hit(condition, turn, vp, detail, Optional.empty(), OptionalLong.empty(), OptionalLong.empty());
    }
}
