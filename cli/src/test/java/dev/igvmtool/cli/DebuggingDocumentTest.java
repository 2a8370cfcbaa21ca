package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.cli.TestConsole.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/debugging.md}: its commands run, in the order in which they stand there. */
class DebuggingDocumentTest {
    private static final Path ROOT =
            Samples.folder("openhcl-x64").resolve("../..").normalize();
    private static final String COMMAND = "    ./igvmtool ";

    @TempDir
    Path folder;

    @Test
    void commandsRun() throws IOException {
        List<String> commands = Files.readAllLines(ROOT.resolve("docs/debugging.md")).stream()
                .filter(line -> line.startsWith(COMMAND))
                // Servers wait for a client; they have tests of their own.
                .filter(line -> !line.contains("--gdb") && !line.contains("--dap"))
                .toList();
        assertTrue(commands.size() >= 8, commands.toString());
        for (String command : commands) {
            String[] args = Stream.of(command.substring(COMMAND.length()).split(" ", -1))
                    .map(this::place)
                    .toArray(String[]::new);
            Outcome outcome = TestConsole.run(args);
            // Two runs that differ are what the example shows.
            int expected = command.contains("trace diff") ? 1 : 0;
            assertEquals(expected, outcome.status(), command + ": " + outcome.err());
        }
    }

    private String place(String word) {
        if (word.startsWith("samples/")) {
            return ROOT.resolve(word).toString();
        }
        boolean file = word.endsWith(".rec") || word.endsWith(".html") || word.endsWith(".json");
        return file ? folder.resolve(word).toString() : word;
    }
}
