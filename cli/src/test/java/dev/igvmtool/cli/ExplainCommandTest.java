package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.cli.TestConsole.Outcome;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainCommandTest {
    private static final Path SAMPLE = Samples.folder("openhcl-cvm").resolveSibling("attested");
    private static final String IMAGE = SAMPLE.resolve("image.igvm").toString();

    private static Outcome explain(String... args) {
        return TestConsole.run(args);
    }

    @Test
    void reportOfAnotherMonitorIsExplained() throws IOException {
        String report = SAMPLE.resolve("snp/report-qemu.bin").toString();
        Outcome outcome = explain("explain", report, "--image", IMAGE);
        assertEquals(0, outcome.status(), outcome.err());
        List<String> lines = outcome.out().lines().toList();
        assertTrue(lines.get(0).startsWith("MEASUREMENT of the SNP report: "), outcome.out());
        assertEquals(
                List.of(
                        "found: measured as qemu does, snp, mask 0x1; what differs from the usual way and matters for this"
                                + " image:",
                        "  shared pages: measured, usually skipped",
                        "  page order: runs held back, usually as in file",
                        "  VMSA order: last, usually as in file",
                        "first step that differs, number 5:"),
                lines.subList(1, 6));
        JsonNode json = new JsonMapper()
                .readTree(explain("explain", report, "--image", IMAGE, "--json").out());
        assertEquals("igvmtool.explain/1", json.path("schema").asText());
        assertTrue(json.path("explained").asBoolean());
        assertEquals("qemu", json.path("match").path("who").asText());
        assertEquals("snp", json.path("match").path("platform").asText());
        assertEquals("0x1", json.path("match").path("mask").asText());
        assertEquals(4, json.path("match").path("divergence").path("step").asInt());
        assertEquals(4, json.path("accounts").size());
    }

    @Test
    void usualDigestIsSaidToBeSo() {
        for (String evidence : List.of("snp/report.bin", "tdx/quote.bin")) {
            Outcome outcome = explain("explain", SAMPLE.resolve(evidence).toString(), "--image", IMAGE);
            assertEquals(0, outcome.status(), outcome.err());
            assertTrue(outcome.out().contains("the image leads to it: measured as hyperv does"), outcome.out());
        }
    }

    @Test
    void whatIsNotFoundIsAFinding() throws IOException {
        Outcome outcome =
                TestConsole.runWith(Bytes.utf8("ab".repeat(48)), "explain", "-", "--platform", "snp", "--image", IMAGE);
        assertEquals(1, outcome.status(), outcome.err());
        assertTrue(outcome.out().contains("that were tried leads to it"), outcome.out());
        assertTrue(outcome.out().contains("parts from the usual way at step 3: NORMAL 0x102000"), outcome.out());
        JsonNode json = new JsonMapper()
                .readTree(TestConsole.runWith(Bytes.utf8("ab".repeat(48)), "explain", "-", "--image", IMAGE, "--json")
                        .out());
        assertTrue(!json.path("explained").asBoolean() && json.path("match").isMissingNode());
    }

    @Test
    void firmwareIsExplained(@TempDir Path folder) throws IOException {
        String firmware = SharedTestData.require("attestation/ovmf/ovmf_AmdSev_suffix.bin")
                .toString();
        String kernel = Files.createFile(folder.resolve("kernel")).toString();
        Bytes digest = Bytes.utf8(
                "6d287813eb5222d770f75005c664e34c204f385ce832cc2ce7d0d6f354454362f390ef83a92046c042e706363b4b08fa\n");
        Outcome outcome = TestConsole.runWith(
                digest,
                "explain",
                "-",
                "--image",
                firmware,
                "--kernel",
                kernel,
                "--command-line",
                "quiet",
                "--command-line",
                "console=ttyS0 loglevel=7");
        assertEquals(0, outcome.status(), outcome.err());
        assertTrue(outcome.out().contains("load: kernel, command line 'console=ttyS0 loglevel=7'"), outcome.out());
        outcome = TestConsole.runWith(
                digest,
                "explain",
                "-",
                "--image",
                firmware,
                "--kernel",
                kernel,
                "--command-line",
                "console=ttyS0 loglevel=7",
                "--json");
        JsonNode launch = new JsonMapper().readTree(outcome.out()).path("launch");
        assertEquals("snp", launch.path("platform").asText());
        assertEquals("0x1", launch.path("guestFeatures").asText());
        assertEquals("console=ttyS0 loglevel=7", launch.path("commandLine").asText());
        outcome = TestConsole.runWith(digest, "explain", "-", "--image", firmware, "--max-vcpus", "2", "--json");
        assertEquals(1, outcome.status(), outcome.err());
        assertEquals(
                "false",
                new JsonMapper().readTree(outcome.out()).path("explained").asText());
    }

    @Test
    void wrongUseIsOneLine(@TempDir Path folder) throws IOException {
        String report = SAMPLE.resolve("snp/report.bin").toString();
        String junk = Files.write(folder.resolve("junk"), new byte[100]).toString();
        for (List<String> wrong : List.of(
                List.of("explain", report),
                List.of("explain", report, "--image", junk),
                List.of("explain", junk, "--image", IMAGE),
                List.of("explain", report, "--image", IMAGE, "--kernel", junk),
                List.of("explain", report, "--image", IMAGE, "--initrd", junk),
                List.of("explain", report, "--image", IMAGE, "--platform", "tdx"),
                List.of("explain", report, "--image", IMAGE, "--platform", "xen"),
                List.of("explain", report, "--image", IMAGE, "--max-vcpus", "0"),
                List.of("explain", report, "--image", IMAGE, "--guest-features", "all"))) {
            Outcome outcome = explain(wrong.toArray(String[]::new));
            assertEquals(2, outcome.status(), wrong + outcome.out());
            assertEquals(1, outcome.err().lines().count(), outcome.err());
        }
        assertTrue(explain("explain", "--help").out().contains("Example: igvmtool explain"));
    }
}
