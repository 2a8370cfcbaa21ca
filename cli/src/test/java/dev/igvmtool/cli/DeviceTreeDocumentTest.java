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

/** {@code docs/device-tree.md}: its commands run, in the order in which they stand there, and it knows all options. */
class DeviceTreeDocumentTest {
    private static final String COMMAND = "    ./igvmtool ";
    private static final Path ROOT =
            Samples.folder("openhcl-x64").resolve("../..").normalize();

    @TempDir
    Path folder;

    @Test
    void itsCommandsRun() throws IOException {
        List<String> commands = document()
                .filter(line -> line.startsWith(COMMAND))
                .map(line -> line.substring(COMMAND.length()))
                .toList();
        assertEquals(6, commands.size(), commands.toString());
        for (String command : commands) {
            Outcome outcome = run(command);
            assertEquals(0, outcome.status(), command + ": " + outcome.err());
            assertEquals("", outcome.err());
        }
        Outcome diff = run("dt diff board.dtb merged.dtb");
        assertEquals(1, diff.status());
        assertEquals(
                document()
                        .filter(line -> line.startsWith("    + ") || line.startsWith("    ! "))
                        .map(String::strip)
                        .toList(),
                diff.out().lines().toList());
    }

    @Test
    void itNamesTheOptionsOfDtcThatThereAre() throws IOException {
        String help = TestConsole.run("dt", "compile", "--help").out();
        String options = document()
                .dropWhile(line -> !line.contains("take its options"))
                .limit(2)
                .reduce("", (a, b) -> a + " " + b);
        int known = 0;
        for (String word : options.replaceAll("[`:,]", " ").split(" +", -1)) {
            if (word.matches("-[A-Za-z@]")) {
                assertTrue(help.contains("  " + word), word);
                known++;
            }
        }
        assertEquals(19, known, options);
    }

    private Outcome run(String command) {
        return TestConsole.run(
                Stream.of(command.split(" ", -1)).map(this::place).toArray(String[]::new));
    }

    private String place(String word) {
        if (word.startsWith("samples/")) {
            return ROOT.resolve(word).toString();
        }
        return word.endsWith(".dtb") ? folder.resolve(word).toString() : word;
    }

    private static Stream<String> document() throws IOException {
        return Files.readAllLines(ROOT.resolve("docs/device-tree.md")).stream();
    }
}
