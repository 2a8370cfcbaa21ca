package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.cli.TestConsole.Outcome;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code verify report} on the made evidence of {@code samples/attested}. */
class VerifyReportCommandTest {
    private static final Path SAMPLE = Samples.folder("openhcl-cvm").resolveSibling("attested");
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path folder;

    private static String sample(String name) {
        return SAMPLE.resolve(name).toString();
    }

    private static List<String> common() {
        return List.of(
                "verify",
                "report",
                "--image",
                sample("image.igvm"),
                "--endorsements",
                sample("snp/certificates.pem"),
                "--endorsements",
                sample("tdx/collateral"),
                "--root",
                sample("roots.pem"),
                "--policy",
                sample("policy.yaml"),
                "--at",
                "2026-06-01");
    }

    private static Outcome verify(Bytes input, String... more) {
        List<String> args = new ArrayList<>(common());
        if (List.of(more).contains("--at")) {
            args.subList(args.indexOf("--at"), args.indexOf("--at") + 2).clear();
        }
        args.addAll(List.of(more));
        return TestConsole.runWith(input, args.toArray(String[]::new));
    }

    private static Outcome verify(String... more) {
        return verify(Bytes.EMPTY, more);
    }

    @Test
    void goodEvidencePasses() {
        for (String evidence : List.of("snp/report.bin", "tdx/quote.bin")) {
            Outcome outcome = verify(sample(evidence));
            assertEquals(0, outcome.status(), outcome.out() + outcome.err());
            assertTrue(outcome.out().lines().findFirst().orElseThrow().startsWith("pass         "), outcome.out());
            assertTrue(outcome.out().contains("launch digest: "), outcome.out());
        }
    }

    @Test
    void whatDoesNotHoldIsAFinding() {
        Outcome digest = verify("--quiet", sample("snp/report-qemu.bin"));
        assertEquals(1, digest.status());
        assertTrue(digest.out().startsWith("fail: 1 of "), digest.out());
        assertEquals(1, verify("--at", "2041-01-01", sample("snp/report.bin")).status());
        assertEquals(
                0, verify("--profile", "qemu", sample("snp/report-qemu.bin")).status());
        assertEquals(
                0,
                verify("--report-data", "0d".repeat(64), sample("snp/report.bin"))
                        .status());
        Outcome nonce = verify("--report-data", "0d", sample("snp/report.bin"));
        assertEquals(1, nonce.status());
        assertTrue(nonce.out().contains("fail         nonce: found 0d0d"), nonce.out());
        // Without an image and a trusted root.
        Outcome bare = TestConsole.run("verify", "report", sample("snp/report.bin"), "--at", "2026-06-01");
        assertEquals(1, bare.status());
        assertTrue(bare.out().contains("not checked  image; no image is given"), bare.out());
    }

    @Test
    void eventLogIsReplayed() {
        String quote = SharedTestData.require("attestation/tdx-ccel/quote.dat").toString();
        String log =
                SharedTestData.require("attestation/tdx-ccel/ccel-data.dat").toString();
        Outcome outcome =
                TestConsole.run("verify", "report", quote, "--event-log", log, "--at", "2024-12-01T00:00:00Z");
        // There is no collateral.
        assertEquals(1, outcome.status(), outcome.err());
        assertTrue(outcome.out().contains("pass         replayed rtmr2: 4969684dc873"), outcome.out());
        assertEquals(
                2,
                TestConsole.run("verify", "report", quote, "--event-log", quote).status());
    }

    @Test
    void treeIsJsonAndHtml() throws IOException {
        Path page = folder.resolve("page.html");
        Outcome outcome = verify("--json", "--html", page.toString(), sample("snp/report.bin"));
        assertEquals(0, outcome.status(), outcome.err());
        JsonNode json = JSON.readTree(outcome.out());
        assertEquals("igvmtool.verify-report/1", json.path("schema").asText());
        assertEquals("SNP report", json.path("kind").asText());
        assertEquals("pass", json.path("outcome").asText());
        assertEquals("2026-06-01T00:00:00Z", json.path("at").asText());
        JsonNode format = json.path("verdict").path("children").get(0);
        assertEquals("format", format.path("name").asText());
        assertEquals("3", format.path("children").get(0).path("found").asText());
        assertTrue(format.path("children").get(0).path("clause").asText().contains("ATTESTATION_REPORT"));
        String html = Files.readString(page);
        assertTrue(html.startsWith("<!DOCTYPE html>") && html.contains("<details>"), html);
        assertFalse(html.contains("<script"));
    }

    @Test
    void evidenceMayComeFromStandardInput() throws IOException {
        Bytes report = Bytes.wrap(Files.readAllBytes(SAMPLE.resolve("snp/report.bin")));
        assertEquals(0, verify(report, "-").status());
        assertEquals(0, verify(Bytes.utf8(report.toHex()), "-").status());
    }

    @Test
    void folderIsABatch() throws IOException {
        Files.copy(SAMPLE.resolve("snp/report.bin"), folder.resolve("a.bin"));
        Files.copy(SAMPLE.resolve("tdx/quote.bin"), folder.resolve("b.bin"));
        Files.write(folder.resolve("c.bin"), new byte[7]);
        Outcome outcome = verify("--batch", folder.toString());
        assertEquals(1, outcome.status(), outcome.err());
        List<String> lines = outcome.out().lines().toList();
        assertEquals(3, lines.size());
        assertEquals("a.bin", JSON.readTree(lines.get(0)).path("id").asText());
        assertEquals("pass", JSON.readTree(lines.get(0)).path("outcome").asText());
        assertEquals("TDX quote", JSON.readTree(lines.get(1)).path("kind").asText());
        assertEquals("error", JSON.readTree(lines.get(2)).path("outcome").asText());
        Files.delete(folder.resolve("c.bin"));
        assertEquals(0, verify("--batch", folder.toString()).status());
    }

    @Test
    void linesAreABatch() throws IOException {
        String report = Base64.getEncoder().encodeToString(Files.readAllBytes(SAMPLE.resolve("snp/report.bin")));
        String quote =
                Bytes.wrap(Files.readAllBytes(SAMPLE.resolve("tdx/quote.bin"))).toHex();
        StringBuilder lines = new StringBuilder();
        lines.append("{\"id\":\"one\",\"evidence\":\"").append(report).append("\"}\n\n");
        lines.append("{\"evidence\":\"").append(quote).append("\",\"report_data\":\"0e\"}\r\n");
        lines.append("{\"evidence\":\"00\"}\n{\"evidence\":1}\nnonsense\n{\"evidense\":\"\"}\n");
        lines.append("{\"evidence\":\"").append("00".repeat(1 << 20)).append("\"}\n");
        for (int i = 0; i < 100; i++) {
            lines.append("{\"id\":\"n")
                    .append(i)
                    .append("\",\"evidence\":\"")
                    .append(report)
                    .append("\"}\n");
        }
        Outcome outcome = verify(Bytes.utf8(lines.toString()), "--batch", "-");
        assertEquals(1, outcome.status(), outcome.err());
        List<JsonNode> answers = new ArrayList<>();
        for (String line : outcome.out().lines().toList()) {
            answers.add(JSON.readTree(line));
        }
        assertEquals(107, answers.size());
        assertEquals(
                List.of("pass", "fail", "error", "error", "error", "error", "error"),
                answers.subList(0, 7).stream()
                        .map(it -> it.path("outcome").asText())
                        .toList());
        assertEquals("2", answers.get(1).path("id").asText());
        for (int i = 0; i < 100; i++) {
            assertEquals("n" + i, answers.get(7 + i).path("id").asText());
            assertEquals("pass", answers.get(7 + i).path("outcome").asText());
        }
    }

    @Test
    void wrongUseIsOneLine() throws IOException {
        Files.write(folder.resolve("short.bin"), new byte[1183]);
        Files.writeString(folder.resolve("policy.yaml"), "snp: {vmpl: 9}");
        for (List<String> wrong : List.of(
                List.<String>of(),
                List.of(folder.resolve("short.bin").toString()),
                List.of(folder.resolve("missing.bin").toString()),
                List.of(folder.toString()),
                List.of("--batch", "--json", folder.toString()),
                List.of("--batch", folder.resolve("missing").toString()),
                List.of("--at", "yesterday", sample("snp/report.bin")),
                List.of("--report-data", "xyz", sample("snp/report.bin")),
                List.of("--report-data", "00".repeat(65), sample("snp/report.bin")),
                List.of("--profile", "xen", sample("snp/report.bin")),
                List.of("--endorsements", folder.resolve("short.bin").toString(), sample("snp/report.bin")),
                List.of("--root", sample("tdx/collateral/tcb-info.json"), sample("snp/report.bin")),
                List.of("--policy", folder.resolve("policy.yaml").toString(), sample("snp/report.bin")))) {
            // An option given twice is wrong use as well, so start from nothing.
            List<String> args = new ArrayList<>(List.of("verify", "report"));
            args.addAll(wrong);
            Outcome outcome = TestConsole.run(args.toArray(String[]::new));
            assertEquals(2, outcome.status(), wrong + outcome.out());
            assertEquals(1, outcome.err().lines().count(), outcome.err());
            assertEquals("", outcome.out());
        }
    }

    @Test
    void helpHasAnExampleAndTheSchemaIsPrinted() throws IOException {
        for (List<String> command : List.of(List.of("verify"), List.of("verify", "report"))) {
            List<String> args = new ArrayList<>(command);
            args.add("--help");
            Outcome help = TestConsole.run(args.toArray(String[]::new));
            assertEquals(0, help.status());
            assertTrue(help.out().contains("Example: igvmtool verify report"), help.out());
        }
        JsonNode schema = JSON.readTree(
                TestConsole.run("verify", "report", "--print-schema").out());
        assertEquals("igvmtool verification policy", schema.path("title").asText());
        assertEquals(2, TestConsole.run("verify").status());
    }
}
