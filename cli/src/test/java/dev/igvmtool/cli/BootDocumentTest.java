package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.igvmtool.cli.TestConsole.Outcome;
import dev.igvmtool.cli.boot.Dump;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.config.file.HostConfigReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/boot.md}: its commands run, and it leaves nothing out. */
class BootDocumentTest {
    private static final Path ROOT =
            Samples.folder("openhcl-x64").resolve("../..").normalize();

    @TempDir
    Path folder;

    private static String document() throws IOException {
        return Files.readString(ROOT.resolve("docs/boot.md"));
    }

    @Test
    void commandsWithSamplesRun() throws IOException {
        List<String> commands = document()
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("igvmtool boot samples/"))
                .toList();
        assertTrue(commands.size() >= 6, commands.toString());
        for (String command : commands) {
            String[] words = Stream.of(command.substring("igvmtool ".length()).split(" "))
                    .map(this::place)
                    .toArray(String[]::new);
            Outcome outcome = TestConsole.run(words);
            assertEquals(0, outcome.status(), command + ": " + outcome.err());
        }
    }

    private String place(String word) {
        int file = word.indexOf('=') + 1;
        if (word.startsWith("samples/")) {
            return ROOT.resolve(word).toString();
        }
        return file > 0 ? word.substring(0, file) + folder.resolve(word.substring(file)) : word;
    }

    /** The configuration that is shown is the one of the sample. */
    @Test
    void showsTheConfigurationOfTheSample() throws IOException {
        String shown = document()
                .lines()
                .dropWhile(line -> !line.equals("    # samples/openhcl-x64/host.yaml"))
                .takeWhile(line -> line.startsWith("    "))
                .map(String::strip)
                .collect(Collectors.joining("\n"));
        VmConfig expected = HostConfigReader.read(ROOT.resolve("samples/openhcl-x64/host.yaml"))
                .build();
        assertEquals(expected, HostConfigReader.read("x.yaml", shown, ROOT).build());
    }

    @Test
    void everyFieldOfHostConfigurationsIsDescribed() throws IOException {
        String text = document();
        JsonNode definitions = new ObjectMapper()
                .readTree(TestConsole.run("boot", "--print-host-schema").out())
                .get("$defs");
        for (JsonNode definition : definitions) {
            Stream.concat(stream(definition.path("properties").fieldNames()), values(definition.path("enum")))
                    .filter(name ->
                            !List.of("cpus_mapped_no_io", "cpus_outstanding_io").contains(name))
                    .forEach(name -> assertTrue(text.contains("`" + name + "`") || text.contains(name + ":"), name));
        }
    }

    private static Stream<String> stream(java.util.Iterator<String> names) {
        Stream.Builder<String> result = Stream.builder();
        names.forEachRemaining(result);
        return result.build();
    }

    private static Stream<String> values(JsonNode list) {
        Stream.Builder<String> result = Stream.builder();
        list.forEach(value -> result.add(value.asText()));
        return result.build();
    }

    @Test
    void everyOptionAndEveryDumpIsDescribed() throws IOException {
        String text = document();
        TestConsole.run("boot", "--help")
                .out()
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("--"))
                .map(line -> line.split("[ =]", 2)[0])
                .filter(option -> !List.of("--debug").contains(option))
                .forEach(option -> assertTrue(text.contains("`" + option), option));
        Dump.NAMES.forEach(name -> assertTrue(text.contains("`" + name + "`"), name));
    }
}
