package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.igvmtool.cli.TestConsole.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the README do what they are shown for, in the order in which they stand there. */
class ReadmeTest {
    private static final String COMMAND = "    ./igvmtool ";

    @TempDir
    Path folder;

    @Test
    void everyCommandOfTheReadmeSucceeds() throws IOException {
        Path root = Samples.folder("openhcl-x64").resolve("../..").normalize();
        List<String> commands = Files.readAllLines(root.resolve("README.md")).stream()
                .filter(line -> line.startsWith(COMMAND))
                .toList();
        assertFalse(commands.isEmpty());
        for (String command : commands) {
            String[] args = Stream.of(command.substring(COMMAND.length()).split(" ", -1))
                    .map(word -> place(root, word))
                    .toArray(String[]::new);
            Outcome outcome = TestConsole.run(args);
            assertEquals(0, outcome.status(), command + ": " + outcome.err());
        }
    }

    /** Samples are in the repository, files that are written go to a folder of the test. */
    private String place(Path root, String word) {
        if (word.startsWith("samples/")) {
            return root.resolve(word).toString();
        }
        int file = word.indexOf('=') + 1;
        return word.endsWith(".bin") || word.endsWith(".dtb")
                ? word.substring(0, file) + folder.resolve(word.substring(file))
                : word;
    }
}
