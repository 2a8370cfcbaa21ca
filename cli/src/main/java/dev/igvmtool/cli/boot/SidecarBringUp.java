package dev.igvmtool.cli.boot;

import dev.igvmtool.machine.event.MachineEvent;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * How the sidecar starts its VPs, by the clock of the machine: every VP that runs starts others, so that their number
 * doubles. Watches a run; times are units of 100 ns since the entry of the sidecar.
 */
public final class SidecarBringUp {
    private static final String ENTRY = "C01";
    private static final String PREPARE = "C13";
    private static final String RETURN = "C14";
    private static final String READY = "become-idle";
    private static final String PROGRAM = "sidecar";
    private static final int UNITS_PER_MICROSECOND = 10;

    private final Map<Integer, StartedVp> vps = new TreeMap<>();
    private long entered = -1;
    private long took = -1;

    /**
     * A VP that the sidecar has started.
     *
     * @param startedBy VP that did it
     * @param started when
     * @param prepared when it had no more VPs to start; -1 if it did not come so far
     * @param ready when it was ready for commands; -1 if it did not come so far
     */
    public record StartedVp(int vp, int startedBy, long started, long prepared, long ready) {
        private StartedVp prepared(long now) {
            return new StartedVp(vp, startedBy, started, now, ready);
        }

        private StartedVp ready(long now) {
            return new StartedVp(vp, startedBy, started, prepared, now);
        }
    }

    /** The VPs in ascending order. */
    public Collection<StartedVp> vps() {
        return List.copyOf(vps.values());
    }

    /** What the whole took; empty if the sidecar has not run, or not to its end. */
    public Optional<Long> took() {
        return took < 0 ? Optional.empty() : Optional.of(took);
    }

    /** A time in microseconds. */
    public static String microseconds(long units) {
        return units / UNITS_PER_MICROSECOND
                + (units % UNITS_PER_MICROSECOND == 0 ? "" : "." + units % UNITS_PER_MICROSECOND);
    }

    /**
     * Takes the next event.
     *
     * @param now tells the reference time of the machine
     * @return what to say of it in the timeline
     */
    Optional<String> observe(MachineEvent event, LongSupplier now) {
        if (event instanceof MachineEvent.VpStarted start) {
            if (entered >= 0 && took < 0 && start.startedBy() >= 0) {
                vps.put(start.vp(), new StartedVp(start.vp(), start.startedBy(), now.getAsLong() - entered, -1, -1));
            }
        } else if (event instanceof MachineEvent.StepRetired step
                && step.program().equals(PROGRAM)) {
            return observe(step, now);
        }
        return Optional.empty();
    }

    private Optional<String> observe(MachineEvent.StepRetired step, LongSupplier now) {
        String id = step.timelineId().orElse("");
        if (id.equals(ENTRY)) {
            vps.clear();
            entered = now.getAsLong();
            took = -1;
        } else if (entered >= 0 && id.equals(RETURN)) {
            took = now.getAsLong() - entered;
            return Optional.of(summary());
        } else if (id.equals(PREPARE)) {
            return Optional.ofNullable(vps.computeIfPresent(
                            step.vp(), (vp, started) -> started.prepared(now.getAsLong() - entered)))
                    .map(vp -> "started by VP " + vp.startedBy + " at " + microseconds(vp.started) + " us, prepared at "
                            + microseconds(vp.prepared) + " us");
        } else if (step.step().equals(READY)) {
            vps.computeIfPresent(step.vp(), (vp, started) -> started.ready(now.getAsLong() - entered));
        }
        return Optional.empty();
    }

    private String summary() {
        long starters =
                vps.values().stream().mapToInt(StartedVp::startedBy).distinct().count();
        StringBuilder text = new StringBuilder();
        text.append(vps.size()).append(vps.size() == 1 ? " VP" : " VPs");
        text.append(" in ")
                .append(microseconds(took))
                .append(" us, started by ")
                .append(starters);
        List<Long> times =
                vps.values().stream().map(StartedVp::started).sorted().toList();
        // Of the running VPs one was there before.
        for (int running = 2; running - 2 < times.size(); running *= 2) {
            text.append(running == 2 ? "; running: " : ", ");
            text.append(running).append(" at ").append(microseconds(times.get(running - 2)));
        }
        return text.toString();
    }
}
