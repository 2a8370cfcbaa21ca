package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.cli.TestConsole.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The largest machine that the boot shim takes. How long it takes is in docs/performance.md. */
class ScaleIT {
    @TempDir
    Path folder;

    /** In a process of its own with 1 GB of heap. */
    private String boot(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.igvmtool.cli.Main",
                "boot"));
        command.addAll(List.of(options));
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertTrue(process.waitFor(10, TimeUnit.MINUTES), "it does not end");
        String text = Files.readString(output, StandardCharsets.UTF_8);
        assertEquals(0, process.exitValue(), text);
        return text;
    }

    @Test
    void bootsAsManyProcessorsAsThereCanBe() throws IOException, InterruptedException {
        String image = Samples.folder("openhcl-x64").toString();
        Path log = folder.resolve("log");
        String text = boot(image, "--vps", "2048", "--nodes", "8", "--quiet", "--dump", "kernel-log=" + log);
        assertTrue(text.contains("guest-finished"), text);
        String lines = Files.readString(log);
        assertTrue(lines.contains("VPs: 64 of Linux"), lines);
        assertTrue(lines.contains("1984 of the sidecar"), lines);
    }

    @Test
    void saysWhatToRaiseWhenVtl2IsTooSmall() {
        Outcome outcome = TestConsole.run("boot", Samples.folder("openhcl-cvm").toString(), "--vps", "2048", "--quiet");
        assertEquals(1, outcome.status(), outcome.out());
        assertTrue(outcome.err().contains("VTL2 has 64 MiB for 2048 VPs: give it more"), outcome.err());
    }
}
