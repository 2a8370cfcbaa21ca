package dev.igvmtool.attestation.tdx;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Verdict;
import dev.igvmtool.measurement.Step;
import dev.igvmtool.measurement.Trace;
import dev.igvmtool.measurement.eventlog.EventData;
import dev.igvmtool.measurement.eventlog.EventLog;
import dev.igvmtool.measurement.eventlog.EventType;
import dev.igvmtool.measurement.eventlog.LogEvent;
import dev.igvmtool.measurement.eventlog.LogHash;
import dev.igvmtool.measurement.eventlog.Replay;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether the event log of a machine tells how its run-time registers came about. Nobody signs a log but its registers. */
public final class EventLogChecks {
    private static final String NAME = "event log";

    private EventLogChecks() {}

    /**
     * Replays the log of a TD.
     *
     * @param log empty if none is given
     * @param registers RTMR0 to RTMR3 as quote or TDREPORT have them
     */
    public static Verdict rtmrs(Optional<EventLog> log, List<Bytes> registers) {
        if (log.isEmpty()) {
            return Check.skipped(NAME, "", TdxClause.EVENT_LOG, "none is given");
        }
        List<LogEvent> events = log.get().events();
        List<Step> steps = new ArrayList<>();
        List<Bytes> replayed;
        try {
            replayed = Replay.rtmrs(events, Trace.into(steps));
        } catch (FormatException e) {
            return Check.fail(NAME, e.getMessage(), "the log of a TD", TdxClause.EVENT_LOG);
        }
        List<Verdict> checks = new ArrayList<>();
        for (int i = 0; i < registers.size(); i++) {
            checks.add(register("rtmr" + i, registers.get(i), replayed.get(i), steps));
        }
        checks.add(data(events));
        return new Group(NAME, checks);
    }

    private static Check register(String name, Bytes found, Bytes replayed, List<Step> steps) {
        Check check = Check.equal("replayed " + name, found.toHex(), replayed.toHex(), TdxClause.EVENT_LOG);
        List<Step> own = steps.stream().filter(step -> step.what().equals(name)).toList();
        if (found.equals(replayed)) {
            return check.withNote(own.size() + " events");
        }
        for (int i = 0; i + 1 < own.size(); i++) {
            if (own.get(i).digest().equals(found)) {
                return check.withNote("the register stands where it was before "
                        + own.get(i + 1).detail());
            }
        }
        return check.withNote(
                found.isZero()
                        ? "nothing was measured, the log has " + own.size() + " events"
                        : "an event is missing, or another one, from the first of the log on");
    }

    /** Data that says something else than what was measured is a lie, even if all digests are right. */
    private static Check data(List<LogEvent> events) {
        for (int i = 0; i < events.size(); i++) {
            LogEvent event = events.get(i);
            if (event.isMeasured() && EventData.check(event, LogHash.SHA384) == EventData.DIFFERS) {
                return Check.fail(
                        "data of the events",
                        "event " + i + ", " + EventType.text(event.type()) + ": data is not what was measured",
                        "data that was measured, or that says nothing of it",
                        TdxClause.EVENT_LOG);
            }
        }
        return Check.of("data of the events", true, "no contradiction", "no contradiction", TdxClause.EVENT_LOG);
    }
}
