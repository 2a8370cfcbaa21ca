package dev.igvmtool.attestation.tdx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.Endorsements;
import dev.igvmtool.attestation.Evidence;
import dev.igvmtool.attestation.Expectations;
import dev.igvmtool.attestation.KnownRoots;
import dev.igvmtool.attestation.Policy;
import dev.igvmtool.attestation.Samples;
import dev.igvmtool.attestation.Verifier;
import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Outcome;
import dev.igvmtool.attestation.verdict.Verdict;
import dev.igvmtool.measurement.eventlog.EventLog;
import dev.igvmtool.measurement.eventlog.LogEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The log of {@code tdx-ccel} and its quote. */
class EventLogChecksTest {
    private static EventLog log() {
        return EventLog.read(Samples.read("tdx-ccel/ccel-data.dat"));
    }

    private static List<Bytes> registers() {
        return TdxQuote.read(Samples.read("tdx-ccel/quote.dat")).body().rtmrs();
    }

    private static Verdict verdict(List<LogEvent> events) {
        return EventLogChecks.rtmrs(Optional.of(new EventLog(events, 0)), registers());
    }

    @Test
    void logOfTheSampleLeadsToTheRegistersOfItsQuote() {
        Verdict verdict = EventLogChecks.rtmrs(Optional.of(log()), registers());
        assertEquals(Outcome.PASS, verdict.outcome());
        assertEquals("16 events", Samples.check(verdict, "replayed rtmr0").note());
        assertEquals("0 events", Samples.check(verdict, "replayed rtmr3").note());
    }

    @Test
    void whereTheRegisterStandsIsSaid() {
        List<LogEvent> more = new ArrayList<>(log().events());
        LogEvent last = more.get(more.size() - 1);
        more.add(last);
        Check check = Samples.check(verdict(more), "replayed rtmr" + (last.register() - 1));
        assertEquals(Outcome.FAIL, check.outcome());
        assertTrue(check.note().startsWith("the register stands where it was before event 43, "), check.note());
        List<LogEvent> fewer = log().events().subList(1, 43);
        assertEquals(List.of("replayed rtmr0"), Samples.failures(verdict(fewer)));
        LogEvent stray = new LogEvent(4, last.type(), last.digests(), last.data());
        more.set(43, stray);
        assertEquals(
                "nothing was measured, the log has 1 events",
                Samples.check(verdict(more), "replayed rtmr3").note());
    }

    @Test
    void dataThatLiesFails() {
        List<LogEvent> events = new ArrayList<>(log().events());
        LogEvent honest = events.get(40);
        events.set(
                40,
                new LogEvent(
                        honest.register(), honest.type(), honest.digests(), Bytes.utf8("kernel_cmdline: quiet\0")));
        assertEquals(List.of("data of the events"), Samples.failures(verdict(events)));
    }

    @Test
    void logsOfOthersFail() {
        List<LogEvent> pcr = List.of(new LogEvent(9, 4, Map.of(), Bytes.EMPTY));
        assertEquals(List.of("event log"), Samples.failures(verdict(pcr)));
    }

    @Test
    void aLogThatCannotBeJudgedLeavesTheVerdictOpen() {
        Verifier verifier = new Verifier(Policy.strict(), KnownRoots.anchors(), Instant.parse("2024-12-01T00:00:00Z"));
        Expectations expectations = Expectations.NONE.withEventLog(log());
        assertTrue(Samples.open(verifier.verify(
                        Evidence.read(Samples.read("snp-milan/report.bin")), Endorsements.NONE, expectations))
                .contains("event log"));
        Verdict quote = verifier.verify(Samples.read("tdx-ccel/quote.dat"), Endorsements.NONE, expectations);
        assertEquals(List.of(), Samples.failures(quote));
        assertEquals(Outcome.PASS, Samples.check(quote, "replayed rtmr2").outcome());
    }
}
