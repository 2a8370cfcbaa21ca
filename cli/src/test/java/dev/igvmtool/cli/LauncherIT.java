package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script at the root of the repository, in a folder of its own. */
class LauncherIT {
    @TempDir
    Path folder;

    private record Run(int status, List<String> out, List<String> err) {}

    @Test
    void runsThroughALinkFromAnotherFolderAndPrintsOnlyWhatTheCommandPrints() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("tool"), launcher());
        assertEquals(new Run(0, List.of("igvmtool 0.1.0-SNAPSHOT"), List.of()), run(Map.of(), link, "--version"));
    }

    @Test
    void passesArgumentsAndStatusOn() throws Exception {
        assertEquals(
                new Run(2, List.of(), List.of("igvmtool: a b: no such file")),
                run(Map.of(), launcher(), "inspect", "a b"));
    }

    @Test
    void passesOptionsToTheJvm() throws Exception {
        Run run = run(Map.of("IGVMTOOL_JAVA_OPTS", "-showversion -Xint"), launcher(), "--version");
        assertEquals(0, run.status);
        assertEquals(true, run.err.stream().anyMatch(line -> line.contains("interpreted mode")), run.err.toString());
    }

    @Test
    void saysInOneLineThatTheJdkIsMissing() throws Exception {
        assertEquals(
                new Run(
                        2,
                        List.of(),
                        List.of(
                                "igvmtool: a JDK of at least 17 is needed: JAVA_HOME is /nowhere, which has no bin/java")),
                run(Map.of("JAVA_HOME", "/nowhere"), launcher(), "--version"));
    }

    private static Path launcher() {
        Path launcher = Samples.folder("openhcl-x64").resolve("../../igvmtool").normalize();
        Assumptions.assumeTrue(File.separatorChar == '/' && Files.isExecutable(launcher), "needs a POSIX shell");
        return launcher;
    }

    private Run run(Map<String, String> environment, Path command, String... args) throws Exception {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command.toString());
        builder.command().addAll(List.of(args));
        builder.environment().putIfAbsent("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().remove("IGVMTOOL_JAVA_OPTS");
        builder.environment().putAll(environment);
        int status = builder.directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start()
                .waitFor();
        return new Run(status, lines(out), lines(err));
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.readAllLines(file);
    }
}
