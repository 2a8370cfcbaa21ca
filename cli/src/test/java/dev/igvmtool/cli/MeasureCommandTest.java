package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.igvmtool.cli.TestConsole.Outcome;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasureCommandTest {
    private static final String SNP =
            "c61d12b7ef07b35c475a4f6782e90b76c48a8b9dd9b02808465713331cdca09d43e78eb3db304b07ee268eaf14e392eb";
    private static final String TDX =
            "666d59b9c474a2255b16763adfa9999b8313f08f0e91e709204fa675103a4d1c3fac2f08612be86eb935e9bdeea268d8";
    private static final String VBS = "822122e1748c64b05390f55f1f6565c61f99363dffd870865feec8e39d462224";

    @TempDir
    Path folder;

    private static String mixed() {
        return SharedTestData.require("attestation/igvm/mixed-a.igvm").toString();
    }

    private static String ovmf() {
        return SharedTestData.require("attestation/ovmf/ovmf_AmdSev_suffix.bin").toString();
    }

    private static String log() {
        return SharedTestData.require("attestation/tdx-ccel/ccel-data.dat").toString();
    }

    private static List<String> lines(String... args) {
        Outcome outcome = TestConsole.run(args);
        assertEquals("", outcome.err());
        assertEquals(0, outcome.status());
        return outcome.out().lines().toList();
    }

    private static void refused(String message, String... args) {
        Outcome outcome = TestConsole.run(args);
        assertEquals(2, outcome.status(), outcome.err());
        assertEquals("", outcome.out());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        assertTrue(outcome.err().contains(message), outcome.err());
    }

    @Test
    void oneLineForEachPlatform() {
        assertEquals(List.of("snp " + SNP, "tdx " + TDX, "vbs " + VBS), lines("measure", mixed()));
        assertEquals(List.of("tdx " + TDX), lines("measure", mixed(), "--platform", "tdx"));
        assertEquals(List.of("vbs " + VBS), lines("measure", mixed(), "--mask", "0x4"));
        assertEquals(List.of("snp " + SNP, "vbs " + VBS), lines("measure", mixed(), "--platform", "vbs,snp"));
    }

    @Test
    void profilesMeasureWhatTheyLaunch() {
        assertEquals(
                List.of("snp bab395f2266e2825d868cb3d7fe6f82f955f3e98b7b41b4bcfa811f507fd89da"
                        + "caae488b5b21f2375c31be87db3cf6c2"),
                lines("measure", mixed(), "--profile", "igvmmeasure"));
        refused("tdx is not measured by profile qemu", "measure", mixed(), "--profile", "qemu", "--platform", "tdx");
        refused("found xen, expected one of hyperv", "measure", mixed(), "--profile", "xen");
        refused("is not for platform sev, only for snp (mask 0x1)", "measure", mixed(), "--platform", "sev");
        refused("no such platform", "measure", mixed(), "--platform", "sgx");
        assertTrue(lines("measure", "--profiles").stream().anyMatch(it -> it.startsWith("igvmmeasure: ")));
    }

    @Test
    void stepsLeadToTheDigest() {
        List<String> lines = lines("measure", mixed(), "--platform", "snp", "--trace");
        assertEquals(12, lines.size());
        assertEquals(
                "  NORMAL          0x000000100000 4f136c3de92d45fb6f8e5424a2715d00a83796ef1e16c451946a0f870edd08ed"
                        + "23d7cb7a6d7f7f6df990f2b9bcf708c6",
                lines.get(0));
        assertEquals("  VMSA            0xfffffffff000 " + SNP + "  vp 0", lines.get(10));
        assertEquals("snp " + SNP, lines.get(11));
    }

    @Test
    void coverageNamesWhatNothingCovers() {
        List<String> lines = lines("measure", mixed(), "--platform", "snp", "--coverage");
        assertEquals(
                List.of(
                        "snp " + SNP,
                        "         4 pages: content measured",
                        "         7 pages: address measured",
                        "         0 pages: page-hash table",
                        "         1 pages: covered by nothing",
                        "    0x103000-0x104000 covered by nothing"),
                lines);
    }

    @Test
    void jsonHasTheSameFacts() throws IOException {
        Outcome outcome = TestConsole.run("measure", mixed(), "--json", "--trace", "--coverage");
        JsonNode json = new ObjectMapper().readTree(outcome.out());
        assertEquals("igvmtool.measure/1", json.get("schema").asText());
        JsonNode snp = json.get("measurements").get(0);
        assertEquals("snp", snp.get("platform").asText());
        assertEquals("0x1", snp.get("compatibilityMask").asText());
        assertEquals("hyperv", snp.get("profile").asText());
        assertEquals(SNP, snp.get("digest").asText());
        assertEquals(11, snp.get("steps").size());
        assertEquals(1, snp.get("coverage").get("uncoveredPages").asInt());
        assertEquals(3, json.get("measurements").size());
    }

    @Test
    void comparesWithAnExpectedDigest() {
        assertEquals(0, TestConsole.run("measure", mixed(), "--expect", TDX).status());
        Outcome other = TestConsole.run("measure", mixed(), "--expect", VBS.replace('8', '9'));
        assertEquals(1, other.status());
        assertTrue(other.out().contains("which was expected"), other.out());
        refused("not hexadecimal", "measure", mixed(), "--expect", "xyz");
    }

    @Test
    void checksWhatKvmAsksFor() {
        assertEquals(0, TestConsole.run("measure", mixed(), "--check-kvm").status());
        String four =
                SharedTestData.require("igvm-corpus/good/snp-four-vps.igvm").toString();
        Outcome outcome = TestConsole.run("measure", four, "--check-kvm");
        assertEquals(1, outcome.status());
        assertTrue(outcome.out().contains("KVM: more than one VMSA"), outcome.out());
    }

    @Test
    void measuresFirmwareForEveryNumberOfProcessors() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty"));
        assertEquals(
                List.of("snp 803f691094946e42068aaa3a8f9e26a5c89f36f7b73ecfb28c653360fe4b3aba"
                        + "7e534442e7e1e17895dfe778d0228977"),
                lines(
                        "measure",
                        "--ovmf",
                        ovmf(),
                        "--kernel",
                        empty.toString(),
                        "--initrd",
                        empty.toString(),
                        "--command-line",
                        "console=ttyS0 loglevel=7",
                        "--guest-features",
                        "0x21"));
        List<String> table = lines("measure", "--ovmf", ovmf(), "--vcpus", "1..64");
        assertEquals(64, table.size());
        assertEquals(
                "snp 1 19358ba9a7615534a9a1e2f0dfc29384dcd4dcb7062ff9c6013b26869a5fc6ecabe033c48dd6f6db5d6d76e7c5df632d",
                table.get(0));
        assertTrue(table.get(63).startsWith("snp 64 "));
        assertEquals(
                List.of("ovmf 086e2e9149ebf45abdc3445fba5b2da8270bdbb04094d7a2c37faaa4b24af3aa"
                        + "16aff8c374c2a55c467a50da6d466b74"),
                lines("measure", "--ovmf", ovmf(), "--print-ovmf-hash"));
        assertEquals(
                List.of("snp 5c5debf100fc339f90276e761ee1f1658d08922c3b20e2a2e6c7a6c3370b2452"
                        + "a15a00eae11886a93d6fd1e7ab81e29d"),
                lines("measure", "--ovmf", ovmf(), "--kernel", empty.toString(), "--vcpus", "4", "--profile", "gce"));
    }

    @Test
    void refusesWhatDoesNotGoTogether() {
        refused("found 0 things to measure", "measure");
        refused("found 2 things to measure", "measure", mixed(), "--ovmf", ovmf());
        refused("need --ovmf", "measure", mixed(), "--vcpus", "4");
        refused("need --kernel", "measure", "--ovmf", ovmf(), "--command-line", "quiet");
        refused("for IGVM files only", "measure", "--ovmf", ovmf(), "--coverage");
        refused("expected a number or a range", "measure", "--ovmf", ovmf(), "--vcpus", "4..1");
        refused("expected a number or a range", "measure", "--ovmf", ovmf(), "--vcpus", "0");
        refused("no such model", "measure", "--ovmf", ovmf(), "--vcpu-type", "i486");
        refused("no such profile for --ovmf", "measure", "--ovmf", ovmf(), "--profile", "hyperv");
        refused("expected a multiple of 0x1000", "measure", "--ovmf", log().replace("ccel-data.dat", "nonce.dat"));
        refused("no such file", "measure", "no-such-file");
        refused("not an IGVM file", "measure", ovmf());
    }

    @Test
    void replaysEventLogs() throws IOException {
        List<String> registers = lines("measure", "--event-log", log());
        assertEquals(4, registers.size());
        assertEquals(
                "rtmr0 3fa2f61f395b7f5feefb4ec2df61297f109ad8abcd6410c1b7df60f21f37b19297fc35e544039c7e1edece752afd17f6",
                registers.get(0));
        assertEquals("rtmr3 " + "0".repeat(96), registers.get(3));
        List<String> trace = lines("measure", "--event-log", log(), "--trace");
        assertEquals(47, trace.size());
        assertTrue(trace.stream().anyMatch(it -> it.contains("event 40, IPL, data matches")));
        Path text = Files.writeString(folder.resolve("text"), "abc");
        List<String> predicted =
                lines("measure", "--event-log", log(), "--replace-text", "40=quiet", "--extend", "3=" + text);
        assertEquals(registers.get(0), predicted.get(0));
        assertEquals(registers.get(1), predicted.get(1));
        assertTrue(!registers.get(2).equals(predicted.get(2)));
        assertEquals(predicted.get(3), lines("measure", "--extend", "3=" + text).get(3));
        refused("no event 43", "measure", "--event-log", log(), "--replace-text", "43=x");
        refused("expected a register", "measure", "--extend", "4=" + text);
        refused("need --event-log", "measure", "--extend", "3=" + text, "--replace-text", "1=x");
        refused("no digest of kind SHA256", "measure", "--event-log", log(), "--pcr-bank", "sha256");
        refused("no event log", "measure", "--event-log", mixed());
    }
}
