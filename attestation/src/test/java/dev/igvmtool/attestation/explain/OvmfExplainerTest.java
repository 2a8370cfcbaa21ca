package dev.igvmtool.attestation.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.Samples;
import dev.igvmtool.attestation.explain.OvmfExplainer.Options;
import dev.igvmtool.measurement.ovmf.OvmfImage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The SEV and SEV-ES vectors and the SNP ones that the last page of an OVMF gives: {@code spec/measurement.md} section 4.6. */
class OvmfExplainerTest {
    private static Map<String, String> explain(String digest, String... commandLines) {
        OvmfImage firmware = OvmfImage.read(Samples.read("ovmf/ovmf_AmdSev_suffix.bin"));
        Options options = new Options(Optional.of(Bytes.EMPTY), Optional.empty(), List.of(commandLines), List.of(), 8);
        return new OvmfExplainer(firmware, Observed.ofDigest(Bytes.fromHex(digest)), options)
                .explain()
                .map(OvmfExplainer.Launch::facts)
                .orElse(Map.of());
    }

    @Test
    void monitorProcessorsAndFeaturesAreFound() {
        Map<String, String> qemu = explain(
                "4953b1fb416fa874980e8442b3706d345926d5f38879134e00813c5d7abcbe78eafe7b422907be0b4698e2414a631942");
        assertEquals("qemu", qemu.get("monitor"));
        assertEquals("4", qemu.get("processors"));
        assertEquals("0x21", qemu.get("guest features"));
        assertEquals("EPYC, EPYC-v1, EPYC-v2, EPYC-v3, EPYC-v4, EPYC-IBPB", qemu.get("CPU type"));
        assertEquals("kernel, no command line", qemu.get("load"));
        assertEquals(
                "gce",
                explain(
                                "5c5debf100fc339f90276e761ee1f1658d08922c3b20e2a2e6c7a6c3370b2452a15a00eae11886a93d6fd1e7ab81e29d")
                        .get("monitor"));
        assertEquals(
                "ec2-virtee",
                explain(
                                "6ae80856486b1396af8c82a40351d6ed76a20c785e9c7fa4ffa27c22d5d6313b4b3b458cd3c9968e6f89fb5d8450d7a6")
                        .get("monitor"));
        assertEquals(
                "no kernel",
                explain(
                                "19358ba9a7615534a9a1e2f0dfc29384dcd4dcb7062ff9c6013b26869a5fc6ecabe033c48dd6f6db5d6d76e7c5df632d")
                        .get("load"));
    }

    @Test
    void commandLineIsFoundAmongThoseGiven() {
        String digest =
                "6d287813eb5222d770f75005c664e34c204f385ce832cc2ce7d0d6f354454362f390ef83a92046c042e706363b4b08fa";
        assertEquals(Map.of(), explain(digest, "console=ttyS0"));
        assertEquals(
                "kernel, command line 'console=ttyS0 loglevel=7'",
                explain(digest, "console=ttyS0", "console=ttyS0 loglevel=7").get("load"));
    }

    @Test
    void olderPlatformsAreTriedByTheLengthOfTheDigest() {
        assertEquals(
                "SEV",
                explain("77f613d7bbcdf12a73782ea9e88b0172aeda50d1a54201cb903594ff52846898")
                        .get("platform"));
        Map<String, String> es = explain("0dccbcaba8e90b261bd0d2e1863a2f9da714768b7b2a19363cd6ae35aa90de91");
        assertEquals(List.of("SEV_ES", "4"), List.of(es.get("platform"), es.get("processors")));
    }
}
