package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.igvmtool.cli.TestConsole.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** VTL2 is replaced while VTL0 runs. */
class RestartTest {
    private static final String SAMPLE = Samples.folder("openhcl-x64").toString();

    @TempDir
    Path folder;

    private static JsonNode boot(String... options) throws IOException {
        List<String> words = new ArrayList<>(List.of("boot", SAMPLE, "--json"));
        words.addAll(List.of(options));
        Outcome outcome = TestConsole.run(words.toArray(String[]::new));
        assertEquals(0, outcome.status(), outcome.err());
        return new ObjectMapper().readTree(outcome.out());
    }

    private static List<String> ids(JsonNode boot) {
        List<String> ids = new ArrayList<>();
        boot.get("events").forEach(event -> ids.add(event.get("id").asText()));
        return ids;
    }

    private static long count(List<String> ids, String id) {
        return ids.stream().filter(id::equals).count();
    }

    @Test
    void vtl2IsReplacedAndVtl0GoesOn() throws IOException {
        Path before = folder.resolve("before");
        Path after = folder.resolve("after");
        boot("--dump", "guest-serial=" + before);
        JsonNode boot = boot("--restarts", "2", "--dump", "guest-serial=" + after);

        assertEquals("guest-finished", boot.get("result").asText());
        assertEquals(2, boot.get("restarts").asInt());
        List<String> ids = ids(boot);
        for (String id : List.of("V01", "V02", "V03", "V04", "V08", "S16b", "V09")) {
            assertEquals(2, count(ids, id), id);
        }
        for (String id : List.of("S15", "S46", "P09", "P20", "P53")) {
            assertEquals(3, count(ids, id), id);
        }
        for (String id : List.of("P41", "P51", "P52")) {
            assertEquals(1, count(ids, id), id);
        }
        List<String> flow = new ArrayList<>(ids);
        flow.retainAll(
                List.of("P55", "V01", "V02", "V03", "V04", "V08", "H01", "S15", "S16b", "S46", "P23", "V09", "P53"));
        int first = flow.indexOf("V01");
        assertEquals(
                List.of("V01", "V02", "V03", "V04", "V08", "H01", "S15", "S16b", "S46", "P23", "V09", "P53", "P55"),
                flow.subList(first, first + 13));
        assertEquals(Files.readString(before), Files.readString(after), "VTL0 notices nothing");
    }

    @Test
    void processorsOfTheSidecarAndOfLinuxAreStoppedAndGoOn() throws IOException {
        for (String sidecar : List.of("log", "off")) {
            Path log = folder.resolve("log-" + sidecar);
            JsonNode boot = boot(
                    "--vps",
                    "3",
                    "--restarts",
                    "2",
                    "--command-line",
                    "OPENHCL_SIDECAR=" + sidecar,
                    "--dump",
                    "kernel-log=" + log);
            assertEquals("guest-finished", boot.get("result").asText(), sidecar);
            assertEquals(2, boot.get("restarts").asInt());
            String text = Files.readString(log);
            assertTrue(text.contains("state restored; VTL0 did not run for "), text);
            String owner = sidecar.equals("off") ? "3 of Linux (0-2), 0 of the sidecar" : "2 of the sidecar";
            assertTrue(text.contains(owner), text);
        }
    }

    @Test
    void theSameSeedGivesTheSameRestarts() throws IOException {
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        boot("--vps", "2", "--restarts", "1", "--trace", first.toString());
        boot("--vps", "2", "--restarts", "1", "--trace", second.toString());
        assertEquals(-1, Files.mismatch(first, second));
    }

    @Test
    void anotherImageMayTakeOver() throws IOException {
        Path other = Samples.variant(
                "openhcl-x64", folder.resolve("other"), "OPENHCL_BOOT_LOG=com3", "OPENHCL_BOOT_LOG=com3 second=1");
        Path commandLine = folder.resolve("command-line");
        JsonNode boot =
                boot("--restarts", "1", "--restart-image", other.toString(), "--dump", "command-line=" + commandLine);
        assertEquals("guest-finished", boot.get("result").asText());
        assertTrue(Files.readString(commandLine).contains(" second=1"));
    }

    @Test
    void anImageForOtherMemoryDoesNotTakeOver() {
        Outcome outcome = TestConsole.run(
                "boot",
                SAMPLE,
                "--quiet",
                "--restarts",
                "1",
                "--restart-image",
                Samples.folder("openhcl-cvm").toString());
        assertEquals(1, outcome.status());
        assertTrue(outcome.err().contains("VTL2 cannot be reloaded: the image wants the memory map"), outcome.err());
    }

    @Test
    void isolatedMachinesAreNotServiced() {
        Outcome outcome = TestConsole.run(
                "boot", Samples.folder("openhcl-cvm").toString(), "--isolation", "snp", "--restarts", "1");
        assertEquals(2, outcome.status());
        assertTrue(
                outcome.err()
                        .contains(
                                "VTL2 cannot be restarted: a VM with SNP isolation does not give its state to its host"),
                outcome.err());
    }

    @Test
    void aPausedMachineIsNotServiced() {
        Outcome outcome = TestConsole.run(
                "boot", SAMPLE, "--quiet", "--restarts", "1", "--command-line", "OPENHCL_VTL0_STARTS_PAUSED=1");
        assertEquals(1, outcome.status());
        assertTrue(outcome.err().contains("VTL2 could not save its state, so it is not replaced"), outcome.err());
    }

    @Test
    void restartsThatCannotHappenAreTold() {
        Outcome early = TestConsole.run("boot", SAMPLE, "--quiet", "--restarts", "1", "--until", "S46");
        assertEquals(0, early.status(), "the event comes first: " + early.err());
        Outcome many = TestConsole.run("boot", SAMPLE, "--restarts", "101");
        assertEquals(2, many.status());
        assertTrue(many.err().contains("--restarts is 101, expected 0 to 100"), many.err());
        Outcome image = TestConsole.run("boot", SAMPLE, "--restart-image", SAMPLE);
        assertEquals(2, image.status());
        assertTrue(image.err().contains("--restart-image is for --restarts"), image.err());
    }
}
