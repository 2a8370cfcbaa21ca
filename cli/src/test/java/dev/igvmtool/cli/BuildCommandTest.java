package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.cli.TestConsole.Outcome;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BuildCommandTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"reloc-minimal", "openhcl-x64-cvm-release"})
    void writesWhatTheReferenceGeneratorWrites(String name) throws IOException {
        Path source = SharedTestData.require("golden/cases/" + name);
        Path out = folder.resolve(name + ".bin");
        Outcome outcome = TestConsole.run(
                "build",
                "--debug-validation",
                "-m",
                source.resolve("manifest.json").toString(),
                "-r",
                source.resolve("resources.json").toString(),
                "-o",
                out.toString());
        assertEquals(0, outcome.status(), outcome.err());
        assertEquals(names(source.resolve("expected")), names(folder));
        for (String file : names(folder)) {
            assertEquals(-1, Files.mismatch(source.resolve("expected").resolve(file), folder.resolve(file)), file);
        }
    }

    @Test
    void printsTheSchema() {
        Outcome outcome = TestConsole.run("build", "--print-schema");
        assertEquals(0, outcome.status());
        assertTrue(outcome.out().startsWith("{") && outcome.out().contains("\"$schema\""), outcome.out());
    }

    @Test
    void planPrintsTheMapAndWritesNothing() throws IOException {
        Path source = SharedTestData.require("golden/cases/reloc-minimal");
        Outcome outcome = TestConsole.run(
                "build",
                "--plan",
                "-m",
                source.resolve("manifest.json").toString(),
                "-r",
                source.resolve("resources.json").toString());
        String map = Files.readString(source.resolve("expected/reloc-minimal.bin.map"));
        assertTrue(outcome.out().startsWith(map), outcome.out());
        long size = Files.size(source.resolve("expected/reloc-minimal.bin"));
        assertTrue(outcome.out().contains("  image         " + size + " bytes\n"), outcome.out());
        assertEquals(List.of(), names(folder));
    }

    @Test
    void missingResourceIsOneLineAndLeavesNoFile() throws IOException {
        Path source = SharedTestData.require("golden/cases/reloc-minimal");
        Outcome outcome = TestConsole.run(
                "build",
                "-m",
                source.resolve("manifest.json").toString(),
                "-o",
                folder.resolve("x.bin").toString());
        assertEquals(2, outcome.status());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        assertTrue(outcome.err().contains("manifest.json: missing resources: ["), outcome.err());
        assertEquals(List.of(), names(folder));
    }

    @Test
    void typoInTheManifestIsOneLineWithItsPlace() throws IOException {
        Path manifest = Files.writeString(folder.resolve("manifest.yaml"), "guest_arch: x64\nguest_confgs: []\n");
        Outcome outcome = TestConsole.run("build", "-m", manifest.toString(), "--plan");
        assertEquals(2, outcome.status());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        assertTrue(outcome.err().contains("manifest.yaml") && outcome.err().contains("guest_confgs"), outcome.err());
    }

    @Test
    void neitherOutputNorPlanIsWrongUse() {
        assertEquals(2, TestConsole.run("build", "-m", "manifest.yaml").status());
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
