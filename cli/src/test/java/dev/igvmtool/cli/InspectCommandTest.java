package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.cli.TestConsole.Outcome;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectCommandTest {
    @Test
    void everyGoodFileOfTheCorpusIsShownInEveryForm() throws IOException {
        for (Path file : images("igvm-corpus/good")) {
            for (List<String> options : List.of(List.<String>of(), List.of("--headers"), List.of("--json"))) {
                String[] args = Stream.of(List.of("inspect"), options, List.of(file.toString()))
                        .flatMap(List::stream)
                        .toArray(String[]::new);
                Outcome outcome = TestConsole.run(args);
                assertEquals(0, outcome.status(), file + " " + options + ": " + outcome.err());
                assertTrue(outcome.out().contains("PLATFORM"), outcome.out());
            }
        }
    }

    @Test
    void everyBadFileOfTheCorpusIsShownOrRefusedInOneLine() throws IOException {
        for (Path file : images("igvm-corpus/bad")) {
            Outcome outcome = TestConsole.run("inspect", file.toString());
            if (outcome.status() != 0) {
                assertEquals(2, outcome.status(), outcome.err());
                assertEquals(1, outcome.err().lines().count(), outcome.err());
                assertTrue(outcome.err().startsWith("igvmtool: " + file + ": "), outcome.err());
            }
        }
    }

    @Test
    void readsStandardInput() throws IOException {
        Path file = images("igvm-corpus/good").get(0);
        Outcome piped = TestConsole.runWith(Bytes.wrap(Files.readAllBytes(file)), "inspect", "-");
        assertEquals(TestConsole.run("inspect", file.toString()), piped);
    }

    @Test
    void missingFileAndFolderAreUnreadable(@TempDir Path folder) {
        String missing = folder.resolve("none.igvm").toString();
        String newline = System.lineSeparator();
        assertEquals(
                new Outcome(2, Bytes.EMPTY, "igvmtool: " + missing + ": no such file" + newline),
                TestConsole.run("inspect", missing));
        assertEquals(
                new Outcome(2, Bytes.EMPTY, "igvmtool: " + folder + ": is a folder, expected a file" + newline),
                TestConsole.run("inspect", folder.toString()));
    }

    private static List<Path> images(String folder) throws IOException {
        try (Stream<Path> files = Files.list(SharedTestData.require(folder))) {
            return files.filter(file -> file.toString().endsWith(".igvm"))
                    .sorted()
                    .toList();
        }
    }
}
