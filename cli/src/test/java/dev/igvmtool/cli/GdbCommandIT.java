package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.cli.debug.Gdb;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code debug --gdb} as a user starts it, with the real gdb. */
class GdbCommandIT {
    private static final String SAMPLE = Samples.folder("openhcl-x64").toString();
    private static final String WAITING = "waiting for gdb: target remote ";

    @TempDir
    Path folder;

    @Test
    void waitsOnLoopbackServesOneClientAndEnds() throws Exception {
        String text = session(SAMPLE, "monitor symbols", "stepi", "detach");
        Gdb.assertInOrder(
                text,
                "in boot_shim_zero_bss \\(\\)",
                "add-symbol-file target:/boot-shim.elf",
                "in boot_shim_set_up_stack");
    }

    /** The lines that {@code monitor symbols} prints for files of the image, carried out. */
    @Test
    void symbolsOfElfFilesAreLoadedAtTheirRunTimeAddresses() throws Exception {
        Path image = Files.createDirectory(folder.resolve("image"));
        assertEquals(0, TestConsole.run("stage-images", "-o", image.toString()).status());
        String manifest = Files.readString(Samples.folder("openhcl-x64").resolve("manifest.yaml"))
                .replace("{ stage: boot-shim }", "{ path: boot-shim.elf }")
                .replace("{ stage: kernel-stub }", "{ path: kernel-stub.elf }")
                .replace("      folder: root\n", "");
        Files.writeString(image.resolve("manifest.yaml"), manifest);

        String symbols = session(image.toString(), "monitor symbols", "detach");
        List<String> lines = symbols.lines()
                .filter(line -> line.startsWith("add-symbol-file " + image))
                .toList();
        assertEquals(2, lines.size(), symbols);

        // Nothing but these files: gdb finds none of the server's.
        String text = session(
                image.toString(),
                "symbol-file",
                "nosharedlibrary",
                lines.get(0),
                lines.get(1),
                "info address jump-to-kernel",
                "break *(long) &'jump-to-kernel'",
                "continue",
                "detach");
        Gdb.assertInOrder(text, "jump-to-kernel\" is at 0x84312d0 ", "Breakpoint 1, 0x0*84312d0 ");
    }

    /** One client of the command, from the start of the tool to its end. */
    private String session(String image, String... lines) throws Exception {
        Gdb.assumePresent();
        PipedInputStream printed = new PipedInputStream();
        PrintStream out = new PrintStream(new PipedOutputStream(printed), true, StandardCharsets.UTF_8);
        Console console = new Console(
                InputStream.nullInputStream(), out, new PrintStream(OutputStream.nullOutputStream()), false, false);
        CompletableFuture<Integer> status =
                CompletableFuture.supplyAsync(() -> Main.run(console, "debug", image, "--gdb", "0", "--once"));

        String line = firstLine(printed);
        assertTrue(line.startsWith(WAITING + "127.0.0.1:"), line);
        String text = Gdb.session(folder, line.substring(WAITING.length()), lines);
        assertEquals(0, status.get(1, TimeUnit.MINUTES));
        return text;
    }

    private static String firstLine(InputStream stream) throws IOException {
        return new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8)).readLine();
    }
}
