package dev.igvmtool.machine.vp;

/** Whether a VP can take a turn. */
public enum RunState {
    /** It can. */
    RUNNING,
    /** It waits for an interrupt (HLT). */
    HALTED,
    /** It was not started yet, or was told to wait (start-up suspend). */
    WAITING_FOR_START,
    /** It cannot go on; there is a reason. */
    STOPPED
}
