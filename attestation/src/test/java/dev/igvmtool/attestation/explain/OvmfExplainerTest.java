package dev.igvmtool.attestation.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.Samples;
import dev.igvmtool.attestation.explain.OvmfExplainer.Launch;
import dev.igvmtool.attestation.explain.OvmfExplainer.Load;
import dev.igvmtool.attestation.explain.OvmfExplainer.Options;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.measurement.ovmf.OvmfImage;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The SEV and SEV-ES vectors and the SNP ones that the last page of an OVMF gives: {@code spec/measurement.md} section 4.6. */
class OvmfExplainerTest {
    private static Optional<Launch> search(String digest, String... commandLines) {
        OvmfImage firmware = OvmfImage.read(Samples.read("ovmf/ovmf_AmdSev_suffix.bin"));
        Options options = new Options(Optional.of(Bytes.EMPTY), Optional.empty(), List.of(commandLines), List.of(), 8);
        return new OvmfExplainer(firmware, Observed.ofDigest(Bytes.fromHex(digest)), options).explain();
    }

    private static Launch explain(String digest, String... commandLines) {
        return search(digest, commandLines).orElseThrow();
    }

    @Test
    void monitorProcessorsAndFeaturesAreFound() {
        assertEquals(
                new Launch(
                        PlatformType.SEV_SNP,
                        Optional.of("qemu"),
                        Optional.of(4),
                        Optional.of("EPYC, EPYC-v1, EPYC-v2, EPYC-v3, EPYC-v4, EPYC-IBPB"),
                        Optional.of(0x21L),
                        new Load(true, false, "")),
                explain(
                        "4953b1fb416fa874980e8442b3706d345926d5f38879134e00813c5d7abcbe78eafe7b422907be0b4698e2414a631942"));
        assertEquals(
                Optional.of("gce"),
                explain(
                                "5c5debf100fc339f90276e761ee1f1658d08922c3b20e2a2e6c7a6c3370b2452a15a00eae11886a93d6fd1e7ab81e29d")
                        .monitor());
        assertEquals(
                Optional.of("ec2-virtee"),
                explain(
                                "6ae80856486b1396af8c82a40351d6ed76a20c785e9c7fa4ffa27c22d5d6313b4b3b458cd3c9968e6f89fb5d8450d7a6")
                        .monitor());
        assertEquals(
                Load.NONE,
                explain(
                                "19358ba9a7615534a9a1e2f0dfc29384dcd4dcb7062ff9c6013b26869a5fc6ecabe033c48dd6f6db5d6d76e7c5df632d")
                        .load());
    }

    @Test
    void commandLineIsFoundAmongThoseGiven() {
        String digest =
                "6d287813eb5222d770f75005c664e34c204f385ce832cc2ce7d0d6f354454362f390ef83a92046c042e706363b4b08fa";
        assertEquals(Optional.empty(), search(digest, "console=ttyS0"));
        assertEquals(
                new Load(true, false, "console=ttyS0 loglevel=7"),
                explain(digest, "console=ttyS0", "console=ttyS0 loglevel=7").load());
    }

    @Test
    void olderPlatformsAreTriedByTheLengthOfTheDigest() {
        assertEquals(
                new Launch(
                        PlatformType.SEV,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        new Load(true, false, "")),
                explain("77f613d7bbcdf12a73782ea9e88b0172aeda50d1a54201cb903594ff52846898"));
        Launch es = explain("0dccbcaba8e90b261bd0d2e1863a2f9da714768b7b2a19363cd6ae35aa90de91");
        assertEquals(PlatformType.SEV_ES, es.platform());
        assertEquals(Optional.of(4), es.processors());
    }
}
