package dev.igvmtool.cli.boot;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One event of the boot timeline.
 *
 * @param id stable id: H01, S13, C09
 * @param stage name of the program, {@code host} for the host side
 * @param step name of the step
 * @param vp virtual processor; absent on the host side
 * @param vtl in which the step ran; absent on the host side
 * @param rip address of the step; absent on the host side
 * @param detail what was read and written, or what came of it; may be empty
 */
public record TimelineEvent(
        String id, String stage, String step, OptionalInt vp, OptionalInt vtl, OptionalLong rip, String detail) {
    /** Stage name of the host side. */
    public static final String HOST = "host";

    static TimelineEvent ofHost(String id, String step, String detail) {
        return new TimelineEvent(
                id, HOST, step, OptionalInt.empty(), OptionalInt.empty(), OptionalLong.empty(), detail);
    }

    /** True if this says that the same step ran on the same VP; every event of the host side counts. */
    boolean repeats(TimelineEvent other) {
        return vp.isPresent() && id.equals(other.id) && step.equals(other.step) && vp.equals(other.vp);
    }
}
