package dev.igvmtool.measurement.eventlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.measurement.Step;
import dev.igvmtool.measurement.Trace;
import dev.igvmtool.testing.Mutations;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The log of a TD, whose quote has the same RTMRs. */
class ReplayTest {
    private static final List<String> RTMRS = List.of(
            "3fa2f61f395b7f5feefb4ec2df61297f109ad8abcd6410c1b7df60f21f37b19297fc35e544039c7e1edece752afd17f6",
            "f62dbc072bd5d3f3438b7b35c39a727f5aea2ffc2473f43723953f530daf62504f0a7944aa62c41a86e8a878c2b122c1",
            "4969684dc87381fc3b3134176c8d8806eaf0a901859f5f70cfae8d17714b46c10a8de219048c9fc09f11f381a6fbe7c1",
            "0".repeat(96));

    private static Bytes data() throws IOException {
        return Bytes.wrap(Files.readAllBytes(SharedTestData.require("attestation/tdx-ccel/ccel-data.dat")));
    }

    private static List<String> rtmrs(List<LogEvent> events) {
        return Replay.rtmrs(events, Trace.OFF).stream().map(Bytes::toHex).toList();
    }

    @Test
    void reproducesTheRegistersOfTheQuote() throws IOException {
        EventLog log = EventLog.read(data());
        assertEquals(43, log.events().size());
        assertEquals(18101, log.sizeBytes());
        assertEquals(RTMRS, rtmrs(log.events()));
    }

    @Test
    void tellsWhichDataIsWhatWasMeasured() throws IOException {
        List<Step> steps = new ArrayList<>();
        List<LogEvent> events = EventLog.read(data()).events();
        Replay.rtmrs(events, Trace.into(steps));
        assertEquals(43, steps.size());
        assertEquals("rtmr0", steps.get(0).what());
        assertEquals(
                "event 0, EFI_HANDOFF_TABLES2, content not in the log",
                steps.get(0).detail());
        assertEquals("event 40, IPL, data matches", steps.get(40).detail());
        assertEquals(31, steps.stream().filter(Step::withContent).count());
        assertTrue(events.stream().noneMatch(it -> EventData.check(it, LogHash.SHA384) == EventData.DIFFERS));
        LogEvent honest = events.get(40);
        LogEvent lie =
                new LogEvent(honest.register(), honest.type(), honest.digests(), Bytes.utf8("kernel_cmdline: quiet\0"));
        assertEquals(EventData.DIFFERS, EventData.check(lie, LogHash.SHA384));
        assertEquals(rtmrs(List.of(honest)), rtmrs(List.of(lie)));
    }

    @Test
    void aNewCommandLineIsPredictedFromAnOldLog() throws IOException {
        List<LogEvent> events = EventLog.read(data()).events();
        Prediction prediction = new Prediction(events);
        prediction.replaceContent(40, EventData.text(events.get(40).data()).orElseThrow());
        assertEquals(RTMRS, rtmrs(prediction.events()));
        prediction.replaceContent(40, Bytes.utf8("/syslinux/vmlinuz.A quiet"));
        List<String> changed = rtmrs(prediction.events());
        assertEquals(RTMRS.get(0), changed.get(0));
        assertNotEquals(RTMRS.get(2), changed.get(2));
        prediction.extend(3, Bytes.utf8("abc"));
        // printf '%96s' | tr ' ' 0, then the SHA-384 of abc, from hex to bytes, sha384sum.
        assertEquals(
                LogHash.SHA384
                        .hash(Bytes.zeros(48), LogHash.SHA384.hash(Bytes.utf8("abc")))
                        .toHex(),
                rtmrs(prediction.events()).get(3));
        assertThrows(FormatException.class, () -> prediction.replaceContent(99, Bytes.EMPTY));
        assertThrows(FormatException.class, () -> prediction.replaceContent(17, Bytes.utf8("no executable")));
        assertThrows(FormatException.class, () -> prediction.replaceDigest(1, Bytes.zeros(32)));
    }

    @Test
    void pcrsStartAsATpmDoes() {
        Bytes digest = LogHash.SHA256.hash(Bytes.utf8("x"));
        List<LogEvent> events = List.of(
                new LogEvent(0, LogEvent.NO_ACTION, Map.of(), Bytes.utf8("StartupLocality\0\3")),
                new LogEvent(7, 4, Map.of(LogHash.SHA256.id(), digest), Bytes.EMPTY));
        List<Bytes> pcrs = Replay.pcrs(events, LogHash.SHA256, Trace.OFF);
        assertEquals(24, pcrs.size());
        assertEquals("0".repeat(63) + "3", pcrs.get(0).toHex());
        assertEquals(LogHash.SHA256.hash(Bytes.zeros(32), digest), pcrs.get(7));
        assertEquals("f".repeat(64), pcrs.get(17).toHex());
        assertTrue(pcrs.get(23).isZero());
    }

    @Test
    void refusesRegistersThatThereAreNot() {
        LogEvent mrtd = new LogEvent(0, 4, Map.of(LogHash.SHA384.id(), Bytes.zeros(48)), Bytes.EMPTY);
        assertThrows(FormatException.class, () -> Replay.rtmrs(List.of(mrtd), Trace.OFF));
        LogEvent other = new LogEvent(1, 4, Map.of(LogHash.SHA256.id(), Bytes.zeros(32)), Bytes.EMPTY);
        assertThrows(FormatException.class, () -> Replay.rtmrs(List.of(other), Trace.OFF));
    }

    @Test
    void survivesDamage() throws IOException {
        Bytes log = data().slice(0, 1500);
        Mutations.allTruncations(log, it -> Replay.rtmrs(EventLog.read(it).events(), Trace.OFF));
        Mutations.allBitFlips(
                log.slice(0, 400), it -> Replay.rtmrs(EventLog.read(it).events(), Trace.OFF));
    }

    @Test
    void anyFlippedBitOfAMeasuredDigestChangesTheRegisters() throws IOException {
        List<LogEvent> events = EventLog.read(data()).events();
        for (int i = 0; i < events.size(); i++) {
            byte[] digest = events.get(i).digest(LogHash.SHA384).orElseThrow().toByteArray();
            digest[i] ^= 1;
            List<LogEvent> changed = new ArrayList<>(events);
            changed.set(i, events.get(i).withDigest(LogHash.SHA384, Bytes.wrap(digest)));
            assertNotEquals(RTMRS, rtmrs(changed));
        }
    }

    @Test
    void readsTheTableThatPointsToTheLog() throws IOException {
        Bytes table = Bytes.wrap(Files.readAllBytes(SharedTestData.require("attestation/tdx-ccel/ccel-table.dat")));
        assertEquals(new CcelTable(CcelTable.TDX, 0x40000, 0xbedbf000L), CcelTable.read(table));
        Mutations.allTruncations(table, CcelTable::read);
        Mutations.allBitFlips(table, it -> {
            CcelTable.read(it);
            throw new AssertionError("a flipped bit goes unnoticed");
        });
    }
}
