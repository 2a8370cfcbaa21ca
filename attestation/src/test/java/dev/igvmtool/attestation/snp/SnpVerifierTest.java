package dev.igvmtool.attestation.snp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.Samples;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Outcome;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.attestation.x509.TrustAnchors;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The Milan sample: the expected values of {@code testdata/attestation/README.md}. */
class SnpVerifierTest {
    private static final Instant AT = Instant.parse("2024-10-27T00:00:00Z");

    private static SnpEvidence milan() {
        return SnpEvidence.read(Samples.read("snp-milan/report.bin"))
                .with(List.of(Certificate.read(Samples.read("snp-milan/vcek.der"))), List.of())
                .with(Samples.certificates("snp-milan/ask_ark_milan.pem"), List.of());
    }

    private static TrustAnchors anchors() {
        return new TrustAnchors(
                Map.of("69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd", "ARK-Milan"), List.of());
    }

    private static SnpPolicy.Builder debugAndSmt() {
        return SnpPolicy.builder().policyAllowed(Set.of(SnpGuestPolicy.Flag.DEBUG, SnpGuestPolicy.Flag.SMT));
    }

    private static Group verify(SnpEvidence evidence, SnpPolicy policy, Instant at) {
        return new Group("report", new SnpVerifier(policy, anchors(), at).verify(evidence));
    }

    private static List<String> failures(SnpPolicy.Builder policy) {
        return Samples.failures(verify(milan(), policy.build(), AT));
    }

    @Test
    void fieldsAreThoseOfTheSample() {
        SnpReport report = milan().report();
        assertEquals(1184, SnpReport.CODEC.size());
        assertEquals(2, report.version());
        assertEquals(0, report.guestSvn());
        assertEquals(0xb0000, report.policy());
        assertEquals(0, report.vmpl());
        assertEquals(1, report.signatureAlgorithm());
        assertEquals(0, report.keyInfo());
        for (Bytes tcb :
                List.of(report.currentTcb(), report.reportedTcb(), report.committedTcb(), report.launchTcb())) {
            assertEquals("0200000000000544", tcb.toHex());
            assertEquals(
                    "boot_loader 2, tee 0, snp 5, microcode 68",
                    TcbVersion.of(tcb, TcbLayout.MILAN).toString());
        }
        assertEquals(1, report.platformInfo());
        assertEquals(Bytes.fromHex("0102030405").paddedTo(64), report.reportData());
        assertEquals(
                "b07af9620f3b839b47996422ddec6058338951d984e312115131ea82705eaf5b6bdf8a9ece31a5a608eb0cf2e4872b01",
                report.measurement().toHex());
        for (Bytes zero : List.of(
                report.hostData(),
                report.idKeyDigest(),
                report.authorKeyDigest(),
                report.familyId(),
                report.imageId())) {
            assertTrue(zero.isZero());
        }
        assertEquals(
                "8edc638e1857c555d21f6b11bda3c8b1b5a09dba4852b4c8ee7aa2f16f22cc0a",
                report.reportId().toHex());
        assertEquals("ff".repeat(32), report.reportIdMa().toHex());
        assertEquals(
                "3ac3fe21e13fb0990eb28a802e3fb6a29483a6b0753590c951bdd3b8e53786184ca39e359669a2b76a1936776b564ea464cdce40c05f63c9b610c5068b006b5d",
                report.chipId().toHex());
        assertEquals(List.of(3, 49, 1), List.of(report.currentBuild(), report.currentMinor(), report.currentMajor()));
        assertEquals(
                List.of(3, 49, 1), List.of(report.committedBuild(), report.committedMinor(), report.committedMajor()));
    }

    @Test
    void certificateIsThatOfTheSample() {
        EndorsementKey key = EndorsementKey.read(Certificate.read(Samples.read("snp-milan/vcek.der")));
        assertEquals("Milan-B0", key.productName());
        assertEquals(0, key.structVersion());
        assertEquals(milan().report().chipId(), key.hwid().orElseThrow());
        assertEquals(
                "2022-09-24T00:55:28Z",
                key.certificate().x509().getNotBefore().toInstant().toString());
        assertEquals(
                "2029-09-24T00:55:28Z",
                key.certificate().x509().getNotAfter().toInstant().toString());
        assertEquals(0, key.certificate().x509().getSerialNumber().signum());
    }

    @Test
    void passesWhenDebugAndSmtAreAllowed() {
        Group verdict = verify(milan(), debugAndSmt().build(), AT);
        assertEquals(List.of(), Samples.failures(verdict));
        assertEquals(List.of(), Samples.open(verdict));
        assertEquals(Outcome.PASS, verdict.outcome());
    }

    @Test
    void policyDecides() {
        assertEquals(List.of("smt", "debug"), failures(SnpPolicy.builder()));
        assertEquals(
                List.of("minimum REPORTED_TCB"),
                failures(debugAndSmt().minimumTcb(new TcbVersion(Map.of(TcbPart.MICROCODE, 0x45)))));
        assertEquals(List.of(), failures(debugAndSmt().minimumTcb(new TcbVersion(Map.of(TcbPart.MICROCODE, 0x44)))));
        assertEquals(
                List.of("minimum firmware version"),
                failures(debugAndSmt().minimumVersion(new FirmwareVersion(1, 50))));
        assertEquals(
                List.of("measurement"), failures(debugAndSmt().field(SnpField.MEASUREMENT, Set.of(Bytes.zeros(48)))));
    }

    @Test
    void certificatesMayComeInATable() {
        Bytes table = Samples.read("snp-milan/cert-table.bin");
        CertificateTable read = CertificateTable.read(table);
        assertEquals(
                List.of(1360, 1677, 1639),
                read.entries().stream().map(entry -> entry.content().size()).toList());
        byte[] both = new byte[SnpReport.SIZE + table.size()];
        Samples.read("snp-milan/report.bin").copyTo(0, both, 0, SnpReport.SIZE);
        table.copyTo(0, both, SnpReport.SIZE, table.size());
        Group verdict = verify(SnpEvidence.read(Bytes.wrap(both)), debugAndSmt().build(), AT);
        assertEquals(Outcome.PASS, verdict.outcome(), Samples.failures(verdict) + " " + Samples.open(verdict));
    }

    @Test
    void whatIsMissingIsNamed() {
        SnpEvidence bare = SnpEvidence.read(Samples.read("snp-milan/report.bin"));
        Group verdict = verify(bare, debugAndSmt().product(SnpProduct.MILAN).build(), AT);
        assertEquals(Outcome.NOT_CHECKED, verdict.outcome());
        assertTrue(
                Samples.check(verdict, "certificates")
                        .note()
                        .contains("https://kdsintf.amd.com/vcek/v1/Milan/3ac3fe21"),
                Samples.check(verdict, "certificates").note());
        assertTrue(Samples.check(verdict, "certificates").note().endsWith("?blSPL=2&teeSPL=0&snpSPL=5&ucodeSPL=68"));
    }

    @Test
    void timeDecides() {
        Group early = verify(milan(), debugAndSmt().build(), Instant.parse("2022-09-23T00:00:00Z"));
        assertEquals(List.of("validity"), Samples.failures(early));
        assertEquals("not yet valid", Samples.check(early, "validity").note());
        Group late = verify(milan(), debugAndSmt().build(), Instant.parse("2046-01-01T00:00:00Z"));
        assertEquals(List.of("validity", "validity", "validity"), Samples.failures(late));
    }
}
