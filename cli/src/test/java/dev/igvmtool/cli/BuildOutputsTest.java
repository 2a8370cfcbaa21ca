package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.cli.TestConsole.Outcome;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Outputs that cannot be written, or must not be. */
class BuildOutputsTest {
    private static final Console CONSOLE = new Console(
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
            false,
            false);

    @TempDir
    Path folder;

    private static String manifest() {
        return Samples.folder("openhcl-cvm").resolve("manifest.yaml").toString();
    }

    private static String refused(String... args) {
        Outcome outcome = TestConsole.run(args);
        assertEquals(2, outcome.status(), outcome.err());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        return outcome.err();
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void outputIsNoInput() throws IOException {
        Path manifest = folder.resolve("x.bin");
        Files.copy(Path.of(manifest()), folder.resolve("m.yaml"));
        Files.createLink(manifest, folder.resolve("m.yaml"));
        String message = refused("build", "-m", folder + "/m.yaml", "-o", manifest.toString());
        assertTrue(message.contains("x.bin: is an input of this build"), message);
        Path kernel = folder.resolve("kernel");
        assertEquals(0, TestConsole.run("stage-images", "-o", kernel.toString()).status());
        String elf = kernel.resolve("kernel-stub.elf").toString();
        message = refused("build", "-m", manifest(), "--resource", "underhill_kernel=" + elf, "--lock", elf);
        assertTrue(message.contains("is an input of this build"), message);
        assertEquals(List.of("kernel", "m.yaml", "x.bin"), names());
    }

    @Test
    void fullDiskIsOneLine() {
        Path full = Path.of("/dev/full");
        Assumptions.assumeTrue(Files.exists(full), "there is no /dev/full");
        String message = refused("build", "-m", manifest(), "-o", full.toString());
        assertTrue(message.startsWith("igvmtool: /dev/full: cannot be written: "), message);
        message = refused("build", "-m", manifest(), "--lock", full.toString());
        assertTrue(message.startsWith("igvmtool: /dev/full: cannot be written: "), message);
    }

    @Test
    void placesThatCannotBeWrittenAreOneLine() throws IOException {
        assertTrue(refused("build", "-m", manifest(), "-o", folder.toString()).contains("is a folder"));
        String none = folder.resolve("none/x.bin").toString();
        assertTrue(refused("build", "-m", manifest(), "-o", none).contains("there is no folder " + folder + "/none"));
        Files.createDirectory(folder.resolve("x.bin.map"));
        assertTrue(refused("build", "-m", manifest(), "-o", folder + "/x.bin").contains("x.bin.map: is a folder"));
        assertEquals(List.of("x.bin.map"), names());
        assertTrue(refused("build", "-m", manifest(), "-o", "/proc/x.bin").contains("cannot be written"));
    }

    @Test
    void allFilesAppearOrNone() throws IOException {
        Path old = Files.writeString(folder.resolve("old"), "before");
        OutputSet outputs = new OutputSet()
                .add(folder + "/first", Bytes.utf8("1"))
                .add(old.toString(), Bytes.utf8("2"))
                .add(folder + "/last", stream -> {
                    stream.write(new byte[100_000]);
                    throw new IOException("No space left on device");
                });
        IOException e = assertThrows(IOException.class, () -> outputs.write(CONSOLE));
        assertEquals(folder + "/last: cannot be written: No space left on device", InputFile.describe(e));
        assertEquals(List.of("old"), names());
        assertEquals("before", Files.readString(old));
    }

    @Test
    void linksStayLinks() throws IOException {
        Path real = Files.writeString(folder.resolve("real"), "before");
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        new OutputSet().add(link.toString(), Bytes.utf8("after")).write(CONSOLE);
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("after", Files.readString(real));
    }

    /** A process whose files may not grow: the limit strikes in the middle of the image. */
    @Test
    void aProcessThatRunsOutOfSpaceLeavesNothing() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -f 64; exec \"$@\"", "sh"));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "build",
                "-m",
                manifest(),
                "-o",
                folder + "/x.bin"));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.PIPE)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(2, process.exitValue(), out);
        assertTrue(out.contains("x.bin: cannot be written"), out);
        assertEquals(List.of(), names());
    }
}
