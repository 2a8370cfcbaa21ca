package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.cli.TestConsole.Outcome;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code boot --stage all} leaves for the kernel, against what the real boot shim left in the same machine. */
class BootHandoffTest {
    @TempDir
    Path out;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "none-1vp",
                "none-4vp-dev",
                "none-16vp-2node",
                "none-64vp-4node",
                "mem-8g",
                "mem-128g",
                "cmd-static",
                "cmd-long",
                "fixed-base",
                "reloc-absolute"
            })
    void leavesTheSameTreeMemoryMapAndCommandLine(String name) throws IOException {
        Path folder = SharedTestData.require("handoff/cases/" + name);
        Path expected = folder.resolve("expected");
        Outcome outcome = TestConsole.run(
                "boot",
                folder.toString(),
                "--host",
                folder.resolve("config.json").toString(),
                "--stage",
                "all",
                "--until",
                "S46",
                "--json",
                "--dump",
                "kernel-tree=" + out.resolve("kernel-tree.dtb"),
                "--dump",
                "command-line=" + out.resolve("command-line.txt"),
                "--dump",
                "boot-params=" + out.resolve("boot-params.bin"));
        assertEquals(0, outcome.status(), outcome.err());
        assertSame(expected, "kernel-tree.dtb");
        assertSame(expected, "command-line.txt");
        assertEquals(
                withoutPointers(expected.resolve("boot-params.bin")), withoutPointers(out.resolve("boot-params.bin")));

        ObjectMapper mapper = new ObjectMapper();
        JsonNode result = mapper.readTree(outcome.out());
        assertEquals("igvmtool.boot/1", result.get("schema").asText());
        assertEquals("stopped", result.get("result").asText());
        assertEquals(
                entries(mapper.readTree(expected.resolve("e820.json").toFile())),
                ours(result.get("handoff").get("e820")));
        assertEquals(
                mapper.readTree(expected.resolve("entry-registers.json").toFile())
                        .get("rip")
                        .asText(),
                result.get("handoff").get("rip").asText());
    }

    private void assertSame(Path expected, String file) throws IOException {
        assertEquals(-1, Files.mismatch(expected.resolve(file), out.resolve(file)), file);
    }

    /** Where command line and setup_data stand is a matter of the shim's link addresses. */
    private static String withoutPointers(Path file) throws IOException {
        byte[] page = Files.readAllBytes(file);
        for (int offset : List.of(BootParams.CMD_LINE_PTR, BootParams.EXT_CMD_LINE_PTR)) {
            Arrays.fill(page, offset, offset + Integer.BYTES, (byte) 0);
        }
        Arrays.fill(page, BootParams.SETUP_DATA, BootParams.SETUP_DATA + Long.BYTES, (byte) 0);
        return Bytes.wrap(page).toHex();
    }

    private static List<String> entries(JsonNode list) {
        List<String> entries = new ArrayList<>();
        for (JsonNode entry : list) {
            long start = Long.decode(entry.get("start").asText());
            long end = start + Long.decode(entry.get("size").asText());
            entries.add(String.format("0x%x 0x%x %s", start, end, entry.get("type")));
        }
        return entries;
    }

    private static List<String> ours(JsonNode list) {
        List<String> entries = new ArrayList<>();
        for (JsonNode entry : list) {
            entries.add(
                    entry.get("startGpa").asText() + " " + entry.get("endGpa").asText() + " " + entry.get("type"));
        }
        return entries;
    }
}
