package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.igvmtool.cli.TestConsole.Outcome;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code --dump} writes of a boot by Java stages over a real image, file by file what the real programs left. */
class BootDumpTest {
    private static final Map<String, String> FILES = Map.of(
            "host-tree", "../host-tree.dtb",
            "kernel-tree", "kernel-tree.dtb",
            "boot-params", "boot-params.bin",
            "command-line", "command-line.txt",
            "shim-log", "shim-log.txt",
            "serial", "serial.txt",
            "sidecar-output", "sidecar-output.bin");

    @TempDir
    Path out;

    @Test
    void everyDumpIsTheFileOfTheReference() throws IOException {
        Path folder = SharedTestData.require("handoff/cases/none-16vp-2node");
        List<String> args = new ArrayList<>(List.of("boot", folder.toString(), "--host"));
        args.addAll(List.of(folder.resolve("config.json").toString(), "--stage", "all", "--until", "S46", "--json"));
        FILES.keySet().forEach(name -> args.addAll(List.of("--dump", name + "=" + out.resolve(name))));
        Outcome outcome = TestConsole.run(args.toArray(String[]::new));
        assertEquals(0, outcome.status(), outcome.err());
        Path expected = folder.resolve("expected");
        for (Map.Entry<String, String> file : FILES.entrySet()) {
            assertEquals(
                    -1, Files.mismatch(expected.resolve(file.getValue()), out.resolve(file.getKey())), file.getKey());
        }
        ObjectMapper mapper = new ObjectMapper();
        JsonNode result = mapper.readTree(outcome.out());
        assertEquals("igvmtool.boot/1", result.get("schema").asText());
        assertEquals("stopped", result.get("result").asText());
        JsonNode handoff = result.get("handoff");
        assertEquals(
                mapper.readTree(expected.resolve("entry-registers.json").toFile())
                        .get("rip")
                        .asText(),
                handoff.get("rip").asText());
        assertEquals(
                entries(mapper.readTree(expected.resolve("e820.json").toFile())).toString(),
                handoff.get("e820").toString());
    }

    /** The data has sizes, the report has ends. */
    private static JsonNode entries(JsonNode list) {
        ObjectMapper mapper = new ObjectMapper();
        var entries = mapper.createArrayNode();
        for (JsonNode entry : list) {
            long start = Long.decode(entry.get("start").asText());
            long end = start + Long.decode(entry.get("size").asText());
            entries.addObject()
                    .put("startGpa", "0x" + Long.toHexString(start))
                    .put("endGpa", "0x" + Long.toHexString(end))
                    .put("type", entry.get("type").asInt());
        }
        return entries;
    }
}
