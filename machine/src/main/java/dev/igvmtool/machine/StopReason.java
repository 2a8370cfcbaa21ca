package dev.igvmtool.machine;

/** Why {@link Machine#run} came back. */
public enum StopReason {
    /** The condition of the caller holds. */
    CONDITION,
    /** The limit of turns is reached. */
    LIMIT,
    /** No VP can take a turn, at least one waits for an interrupt. */
    IDLE,
    /** No VP can take a turn, and one has stopped for a reason of its own. */
    VP_STOPPED
}
