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

/** The sample in our own form against the same in igvmfilegen's. */
class TwinSampleTest {
    @TempDir
    Path folder;

    private static void run(String... args) {
        Outcome outcome = TestConsole.run(args);
        assertEquals(0, outcome.status(), outcome.err());
    }

    @Test
    void bothFormsBuildTheSameBytes() throws IOException {
        Path sample = Samples.folder("openhcl-cvm");
        Path twin = Files.createDirectory(folder.resolve("igvmfilegen"));
        for (String name : List.of("manifest.json", "resources.json")) {
            Files.copy(sample.resolve("igvmfilegen").resolve(name), twin.resolve(name));
        }
        Path own = Files.createDirectory(folder.resolve("own"));
        Path other = Files.createDirectory(folder.resolve("other"));
        run("stage-images", "-o", twin.resolve("stages").toString());
        run("build", "-m", sample.resolve("manifest.yaml").toString(), "-o", own + "/x.bin");
        run("build", "-m", twin + "/manifest.json", "-r", twin + "/resources.json", "-o", other + "/x.bin");
        List<String> names = names(own);
        assertEquals(names(other), names);
        assertEquals(9, names.size(), names.toString());
        for (String name : names) {
            assertEquals(-1, Files.mismatch(own.resolve(name), other.resolve(name)), name);
        }
        assertTrue(Files.size(own.resolve("x.bin")) > 0);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
