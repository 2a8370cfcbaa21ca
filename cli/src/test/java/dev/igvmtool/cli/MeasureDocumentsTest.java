package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.cli.TestConsole.Outcome;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of {@code docs/measurement.md} and {@code docs/attestation.md} run, in their order. */
class MeasureDocumentsTest {
    private static final Path ROOT =
            Samples.folder("openhcl-cvm").resolve("../..").normalize();
    private static final Pattern FILE = Pattern.compile("[A-Za-z0-9.-]+\\.(bin|pem|sig|crt|fd|html|txt)");

    @TempDir
    Path folder;

    private static List<String> commands(String document) throws IOException {
        return Files.readAllLines(ROOT.resolve("docs").resolve(document)).stream()
                .filter(line -> line.startsWith("    igvmtool ") || line.startsWith("    openssl "))
                .map(String::strip)
                .toList();
    }

    /** Files of the documents lie in the folder of the test. */
    private String place(String word) {
        if (word.startsWith("samples/")) {
            return ROOT.resolve(word).toString();
        }
        int value = word.indexOf('=') + 1;
        return FILE.matcher(word.substring(value)).matches()
                ? word.substring(0, value) + folder.resolve(word.substring(value))
                : word;
    }

    private void run(String command, int expected) throws IOException, InterruptedException {
        String[] words = Stream.of(command.split(" ", -1)).map(this::place).toArray(String[]::new);
        if (words[0].equals("openssl")) {
            Process process =
                    new ProcessBuilder(words).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), command + ": " + output);
            return;
        }
        Outcome outcome =
                TestConsole.run(List.of(words).subList(1, words.length).toArray(String[]::new));
        assertEquals(expected, outcome.status(), command + ": " + outcome.err());
    }

    @Test
    void measurementRuns() throws IOException, InterruptedException {
        Files.copy(SharedTestData.require("attestation/ovmf/ovmf_AmdSev_suffix.bin"), folder.resolve("OVMF.fd"));
        Files.copy(SharedTestData.require("attestation/tdx-ccel/ccel-data.dat"), folder.resolve("ccel.bin"));
        Files.writeString(folder.resolve("vmlinuz.bin"), "kernel");
        Files.writeString(folder.resolve("initrd.bin"), "initrd");
        List<String> commands = commands("measurement.md");
        assertTrue(commands.size() > 10, commands.toString());
        for (String command : commands) {
            run(command, command.contains("--check-kvm") ? 1 : 0);
        }
    }

    @Test
    void attestationRuns() throws IOException, InterruptedException {
        Assumptions.assumeTrue(
                Stream.of(System.getenv("PATH").split(":", -1)).anyMatch(it -> Files.exists(Path.of(it, "openssl"))),
                "openssl is not installed");
        List<String> commands = commands("attestation.md");
        assertTrue(commands.size() > 14, commands.toString());
        for (String command : commands) {
            if (!command.contains("OVMF.fd")) {
                run(command, command.contains("--batch") ? 1 : 0);
            }
        }
    }

    @Test
    void explainingOvmfRuns() throws IOException, InterruptedException {
        Path firmware = folder.resolve("OVMF.fd");
        Files.copy(SharedTestData.require("attestation/ovmf/ovmf_AmdSev_suffix.bin"), firmware);
        Path kernel = Files.writeString(folder.resolve("vmlinuz.bin"), "kernel");
        Outcome measured = TestConsole.run(
                "measure",
                "--ovmf",
                firmware.toString(),
                "--kernel",
                kernel.toString(),
                "--command-line",
                "loglevel=7",
                "--vcpus",
                "3");
        String line = measured.out().lines().findFirst().orElseThrow();
        Files.writeString(folder.resolve("ovmf-digest.txt"), line.substring(line.lastIndexOf(' ') + 1));
        List<String> commands = commands("attestation.md").stream()
                .filter(command -> command.contains("OVMF.fd"))
                .toList();
        assertEquals(1, commands.size());
        run(commands.get(0), 0);
    }

    @Test
    void everyOptionOfItsOwnIsDescribed() throws IOException {
        String text = Files.readString(ROOT.resolve("docs/measurement.md"))
                + Files.readString(ROOT.resolve("docs/attestation.md"));
        for (List<String> command : List.of(
                List.of("measure"),
                List.of("sign", "id-block"),
                List.of("sign", "corim"),
                List.of("verify", "image"),
                List.of("verify", "report"),
                List.of("explain"))) {
            String[] help = Stream.concat(command.stream(), Stream.of("--help")).toArray(String[]::new);
            assertEquals(0, TestConsole.run(help).status());
        }
        for (String option : List.of(
                "--platform",
                "--mask",
                "--profile",
                "--trace",
                "--coverage",
                "--check-kvm",
                "--ovmf",
                "--vcpus",
                "--event-log",
                "--replace-text",
                "--pcr-bank",
                "--payload-out",
                "--signature",
                "--pkcs11-library",
                "--cose",
                "--root",
                "--require",
                "--at",
                "--corim-key",
                "--endorsements",
                "--report-data",
                "--event-log",
                "--html",
                "--batch",
                "--print-schema",
                "--guest-features",
                "--max-vcpus",
                "--command-line")) {
            assertTrue(text.contains(option), option);
        }
    }
}
