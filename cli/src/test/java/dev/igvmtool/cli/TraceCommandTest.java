package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.igvmtool.cli.TestConsole.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceCommandTest {
    private static final String SAMPLE = Samples.folder("openhcl-x64").toString();
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private String recorded(String name, String... options) {
        String file = folder.resolve(name).toString();
        List<String> args = new ArrayList<>(List.of("boot", SAMPLE, "--quiet", "--record", file));
        args.addAll(List.of(options));
        Outcome outcome = TestConsole.run(args.toArray(String[]::new));
        assertEquals("", outcome.err());
        return file;
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    @Test
    void replayOfARecordingIsTheSame() throws IOException {
        String recording = recorded("run.rec", "--vps", "4", "--nodes", "2");
        Outcome outcome = TestConsole.run("trace", "verify", recording);
        assertEquals("", outcome.err());
        assertTrue(outcome.out().startsWith("the replay is the same: "), outcome.out());
        JsonNode json = JSON.readTree(
                TestConsole.run("trace", "verify", recording, "--json").out());
        assertEquals("igvmtool.trace-verify/1", json.get("schema").asText());
        assertTrue(json.get("same").asBoolean());
    }

    @Test
    void replayThatDiffersIsAFinding() throws IOException {
        Path recording = Path.of(recorded("run.rec", "--until", "S20"));
        String text = Files.readString(recording);
        Files.writeString(
                recording, text.replaceFirst("\"step\":\"boot-shim/open-log\"", "\"step\":\"boot-shim/closed\""));
        Outcome outcome = TestConsole.run("trace", "verify", recording.toString());
        assertEquals(1, outcome.status());
        assertTrue(
                outcome.out().startsWith("the replay differs in turn 6: recorded was boot-shim/closed on vp0"),
                outcome.out());

        Files.writeString(recording, text.replaceFirst("\"steps\":\\d+", "\"steps\":5"));
        assertEquals(1, TestConsole.run("trace", "verify", recording.toString()).status());
        Outcome other = TestConsole.run("trace", "verify", SAMPLE + "/manifest.yaml");
        assertEquals(2, other.status());
        assertTrue(other.err().endsWith("manifest.yaml: is not a recording\n"), other.err());
    }

    @Test
    void runsThatAreTheSameAreToldSo() {
        String first = recorded("a.rec", "--vps", "2");
        String second = recorded("b.rec", "--vps", "2");
        Outcome outcome = TestConsole.run("trace", "diff", first, second);
        assertEquals(0, outcome.status());
        assertTrue(outcome.out().startsWith("the runs are the same: "), outcome.out());
    }

    @Test
    void differenceBetweenTwoHostsIsTracedToTheHostsTree() throws IOException {
        String first = recorded("a.rec", "--vps", "4");
        String second = recorded("b.rec", "--vps", "4", "--command-line", "OPENHCL_SIDECAR=off");
        Outcome outcome = TestConsole.run("trace", "diff", first, second);
        assertEquals(1, outcome.status());
        String text = outcome.out();
        assertTrue(text.contains("then another course:\n  A turn "), text);
        assertTrue(text.contains(": boot-shim/call-sidecar on vp0"), text);
        assertTrue(text.contains("reads host-tree, which differs:\n"), text);
        assertTrue(text.contains("host-tree/chosen:bootargs: [00] | \"OPENHCL_SIDECAR=off\"\n"), text);
        assertTrue(text.contains("filled by the host: DEVICE_TREE"), text);

        JsonNode json = JSON.readTree(
                TestConsole.run("trace", "diff", first, second, "--json").out());
        assertFalse(json.get("same").asBoolean());
        assertEquals("boot-shim/call-sidecar", json.at("/parting/a/step").asText());
        assertEquals(
                "host-tree/chosen:bootargs",
                json.at("/causes/0/changes/0/field").asText());
    }

    @Test
    void whatLedToADifferenceIsFollowedBack() {
        String first = recorded("a.rec", "--vps", "4");
        String second = recorded("b.rec", "--vps", "4", "--nodes", "2");
        String text = TestConsole.run("trace", "diff", first, second).out();
        assertTrue(text.contains("reads sidecar-params, which differs:"), text);
        assertTrue(text.contains("node_count: 1 | 2"), text);
        assertTrue(text.contains("boot-shim/plan-sidecar (turn "), text);
        assertTrue(text.contains(":numa-node-id: <0x00> | <0x01>"), text);
    }

    @Test
    void imagesThatAreGoneLeaveTheComparisonOfTheTurns() throws IOException {
        String first = recorded("a.rec", "--vps", "2", "--until", "S46");
        Path second = Path.of(recorded("b.rec", "--vps", "4", "--until", "S46"));
        Files.writeString(second, Files.readString(second).replace(SAMPLE, "/nowhere"));
        Outcome outcome = TestConsole.run("trace", "diff", first, second.toString());
        assertEquals(1, outcome.status());
        assertTrue(outcome.out().startsWith("first difference:\n  A turn "), outcome.out());
        assertEquals("igvmtool: /nowhere: no such file; what led to a difference is not looked for\n", outcome.err());
    }

    @Test
    void chromeTraceHasStagesStepsAndHypercallsOfEachVp() throws IOException {
        assertEquals(
                0,
                TestConsole.run("trace", "export", SAMPLE, "--vps", "4", "-o", file("boot.json"))
                        .status());
        JsonNode events = JSON.readTree(Path.of(file("boot.json")).toFile()).get("traceEvents");
        List<JsonNode> slices = StreamSupport.stream(events.spliterator(), false)
                .filter(event -> event.get("ph").asText().equals("X"))
                .toList();
        assertTrue(slices.stream().anyMatch(slice -> isSlice(slice, "stage", "sidecar", 3)));
        assertTrue(slices.stream()
                .anyMatch(slice -> isSlice(slice, "step", "write-boot-params", 0)
                        && slice.at("/args/event").asText().equals("S38")));
        assertTrue(slices.stream().anyMatch(slice -> isSlice(slice, "hypercall", "StartVirtualProcessor", 0)));
        // A slice that begins in another one ends in it.
        for (int vp = 0; vp < 4; vp++) {
            int thread = vp;
            List<double[]> stages = spans(slices, "stage", thread);
            spans(slices, "step", thread)
                    .forEach(step -> assertTrue(stages.stream().anyMatch(it -> contains(it, step))));
            List<double[]> steps = spans(slices, "step", thread);
            spans(slices, "hypercall", thread)
                    .forEach(call -> assertTrue(steps.stream().anyMatch(it -> contains(it, call))));
        }
        assertEquals(
                3,
                StreamSupport.stream(events.spliterator(), false)
                        .filter(event -> event.get("ph").asText().equals("f"))
                        .count());
    }

    private static boolean isSlice(JsonNode slice, String category, String name, int vp) {
        return slice.get("cat").asText().equals(category)
                && slice.get("name").asText().equals(name)
                && slice.get("tid").asInt() == vp;
    }

    private static List<double[]> spans(List<JsonNode> slices, String category, int vp) {
        return slices.stream()
                .filter(slice -> slice.get("cat").asText().equals(category)
                        && slice.get("tid").asInt() == vp)
                .map(slice -> new double[] {
                    slice.get("ts").asDouble(),
                    slice.get("ts").asDouble() + slice.get("dur").asDouble()
                })
                .toList();
    }

    private static boolean contains(double[] outer, double[] inner) {
        return outer[0] <= inner[0] && inner[1] <= outer[1];
    }

    @Test
    void pageNeedsNothingBesidesAndLeadsFromEventsToStructures() throws IOException {
        String recording = recorded("run.rec", "--vps", "4", "--until", "K02");
        assertEquals(
                0,
                TestConsole.run("trace", "export", recording, "-o", file("boot.html"))
                        .status());
        String page = Files.readString(Path.of(file("boot.html")));
        assertFalse(page.contains("http"), "it refers to something elsewhere");
        assertFalse(page.contains("/*DATA*/"));
        String data = page.substring(page.indexOf("const data = ") + 13, page.indexOf(";\nconst S ="));
        JsonNode json = JSON.readTree(data);
        JsonNode turn = StreamSupport.stream(json.get("turns").spliterator(), false)
                .filter(it -> it.get(5).asText().equals("S38"))
                .findFirst()
                .orElseThrow();
        JsonNode written = turn.get(8).get(0);
        assertEquals(
                "boot-params", json.get("strings").get(written.get(0).asInt()).asText());
        JsonNode before = json.get("views").get(written.get(3).asInt());
        JsonNode after = json.get("views").get(written.get(4).asInt());
        assertTrue(before.toString().contains("[0,\"e820_entries\",\"0\"]"), before.toString());
        assertTrue(after.toString().contains("[0,\"e820_entries\",\"0xe (14)\"]"), after.toString());
        assertEquals("H01", json.get("host").get(0).get(0).asText());
    }

    @Test
    void wrongUseIsToldInOneLine() {
        assertEquals(2, TestConsole.run("trace").status());
        assertTrue(TestConsole.run("trace", "export", SAMPLE, "--format", "pdf", "-o", file("x"))
                .err()
                .contains("--format is 'pdf', expected html or chrome"));
        assertTrue(TestConsole.run("trace", "export", SAMPLE, "--turns", "0", "-o", file("x"))
                .err()
                .contains("--turns is 0, expected at least 1"));
    }
}
