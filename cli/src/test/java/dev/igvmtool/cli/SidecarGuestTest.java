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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A guest with several processors, which the sidecar runs before Linux does. */
class SidecarGuestTest {
    @TempDir
    Path folder;

    private Path image;

    /** The sample, with a guest that starts its other processors. */
    @BeforeEach
    void writeImage() throws IOException {
        image = Samples.variant("openhcl-x64", folder.resolve("smp"), "console=ttyS0", "console=ttyS0 smp");
    }

    private JsonNode boot(String... options) throws IOException {
        List<String> words = new ArrayList<>(List.of("boot", image.toString(), "--json"));
        words.addAll(List.of(options));
        if (!words.contains("--until")) {
            words.addAll(List.of("--dump", "guest-serial=" + folder.resolve("serial")));
            words.addAll(List.of("--dump", "kernel-log=" + folder.resolve("log")));
        }
        Outcome outcome = TestConsole.run(words.toArray(String[]::new));
        assertEquals(0, outcome.status(), outcome.err());
        JsonNode boot = new ObjectMapper().readTree(outcome.out());
        boolean whole = !words.contains("--until");
        assertEquals(whole ? "guest-finished" : "stopped", boot.get("result").asText());
        return boot;
    }

    private String serial() throws IOException {
        return Files.readString(folder.resolve("serial"));
    }

    /** What the guest prints, whoever runs its processors. */
    private static String linesOf(int processors) {
        return IntStream.range(1, processors)
                .mapToObj(i -> "guest: processor " + i + " runs\r\n")
                .collect(Collectors.joining());
    }

    private List<String> moves() throws IOException {
        return Files.readAllLines(folder.resolve("log")).stream()
                .filter(line -> line.contains("has left the sidecar for Linux"))
                .map(line -> line.replaceAll(".*openvmm_hcl: ", ""))
                .toList();
    }

    private static List<String> eventsOf(JsonNode boot, int vp, String... ids) {
        return StreamSupport.stream(boot.get("events").spliterator(), false)
                .filter(event -> event.get("vp").asInt(-1) == vp)
                .map(event -> event.get("id").asText())
                .filter(List.of(ids)::contains)
                .toList();
    }

    @Test
    void theFirstExitMovesAProcessorToLinux() throws IOException {
        JsonNode boot = boot("--vps", "4");
        assertTrue(serial().endsWith(linesOf(4)), serial());
        assertEquals(
                List.of(
                        "VP 1 has left the sidecar for Linux: write of I/O port 0x3f9",
                        "VP 2 has left the sidecar for Linux: write of I/O port 0x3f9",
                        "VP 3 has left the sidecar for Linux: write of I/O port 0x3f9"),
                moves());
        for (int vp = 1; vp < 4; vp++) {
            assertEquals(List.of("C22", "C23", "C24", "C30"), eventsOf(boot, vp, "C22", "C23", "C24", "C30"));
        }
        assertEquals(List.of("C31", "C31", "C31"), eventsOf(boot, 0, "C31"));
    }

    @Test
    void withoutHotplugTheSidecarKeepsThem() throws IOException {
        JsonNode boot = boot("--vps", "4", "--command-line", "OPENHCL_NO_SIDECAR_HOTPLUG=1");
        assertTrue(serial().endsWith(linesOf(4)), serial());
        assertEquals(List.of(), moves());
        assertEquals(List.of(), eventsOf(boot, 0, "C31"));
        // One exit for each character, two for each question whether there is room for it, and those of the set-up.
        assertTrue(eventsOf(boot, 3, "C24").size() > 40);
    }

    @Test
    void theGuestDoesNotNoticeWhoRunsItNorThatVtl2IsReplaced() throws IOException {
        for (String sidecar : List.of("on", "off", "on OPENHCL_NO_SIDECAR_HOTPLUG=1")) {
            boot("--vps", "3", "--restarts", "25", "--command-line", "OPENHCL_SIDECAR=" + sidecar);
            assertTrue(serial().endsWith(linesOf(3)), sidecar + ": " + serial());
        }
    }

    @Test
    void theTimelineShowsThatVpsComeUpInParallel() throws IOException {
        long before = 0;
        for (int vps : List.of(8, 32, 128)) {
            JsonNode sidecar =
                    boot("--vps", String.valueOf(vps), "--until", "S34").get("sidecar");
            long took = sidecar.get("tookUs").asLong();
            if (before != 0) {
                assertTrue(took < 2 * before, vps + " VPs took " + took + " us, a fourth of them " + before);
            }
            before = took;
            List<Long> starts = new ArrayList<>();
            for (JsonNode vp : sidecar.get("vps")) {
                assertTrue(vp.get("startedBy").asInt() < vps);
                assertTrue(vp.get("startedUs").asLong() < vp.get("preparedUs").asLong());
                assertTrue(vp.get("preparedUs").asLong() < vp.get("readyUs").asLong());
                assertTrue(vp.get("readyUs").asLong() <= took);
                starts.add(vp.get("startedUs").asLong());
            }
            starts.sort(null);
            long first = starts.get(0);
            // A VP starts another in four steps, and runs a step after it was started itself.
            assertTrue(starts.get(2) <= first + 5 && starts.get(6) <= first + 10, starts.toString());
        }
    }

    @Test
    void asManyNodesWorkAsTheReservedRangesAllow() throws IOException {
        String processors = IntStream.range(0, 240)
                .mapToObj(i -> String.format("  - { apic_id: %d, node: %d }%n", i, i / 2 % 2))
                .collect(Collectors.joining());
        Path host = folder.resolve("host.yaml");
        Files.writeString(host, """
                processors:
                %sram:
                  - { start: "0x0", end: "0x40000000", node: 0 }
                  - { start: "0x40000000", end: "0x80000000", node: 1 }
                """.formatted(processors));
        boot("--host", host.toString());
        assertTrue(serial().endsWith(linesOf(240)));
        assertEquals(120, moves().size(), "the first processor of each node was Linux's from the start");
    }
}
