package dev.igvmtool.debugger.record;

/**
 * One turn of a run.
 *
 * @param turn turns taken before it
 * @param vp that took it, -1 if no event says
 * @param vtl in which it ran, -1 if no event says
 * @param rip where it began, 0 if no event says
 * @param step that it retired, such as {@code boot-shim/check-initrd}; empty if it retired none
 * @param events that happened in it
 * @param hash of all events of the run up to its end, see {@link EventHash}
 */
public record TurnRecord(long turn, int vp, int vtl, long rip, String step, int events, long hash) {
    /** True if the same VP ran the same step, wherever it stood and whatever it did. */
    public boolean takesTheSameCourse(TurnRecord other) {
        return vp == other.vp && vtl == other.vtl && step.equals(other.step);
    }
}
