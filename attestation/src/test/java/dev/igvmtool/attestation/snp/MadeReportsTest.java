package dev.igvmtool.attestation.snp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.Samples;
import dev.igvmtool.attestation.made.MadeAmd;
import dev.igvmtool.attestation.made.MadeCertificates;
import dev.igvmtool.attestation.made.MadeCertificates.Draft;
import dev.igvmtool.attestation.made.MadeCertificates.Identity;
import dev.igvmtool.attestation.made.MadeReport;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Outcome;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.attestation.x509.RevocationList;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Integer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What no sample exists of, made: versions 3 to 5, VLEK, Genoa and Turin, and everything that may be wrong with them. */
class MadeReportsTest {
    private static final Instant AT = Instant.parse("2026-06-01T00:00:00Z");
    private static final MadeAmd MILAN = MadeAmd.of(SnpProduct.MILAN, SigningKey.VCEK);
    private static final MadeAmd TURIN = MadeAmd.of(SnpProduct.TURIN, SigningKey.VCEK);

    private static Group verify(MadeAmd amd, Bytes report, Identity leaf, SnpPolicy policy, RevocationList... lists) {
        SnpEvidence evidence = SnpEvidence.read(report).with(amd.chain(leaf), List.of(lists));
        return new Group("report", new SnpVerifier(policy, amd.anchors(), AT).verify(evidence));
    }

    private static Group verify(MadeAmd amd, int version, Consumer<MadeReport> change) {
        return verify(amd, version, change, SnpPolicy.strict());
    }

    private static Group verify(MadeAmd amd, int version, Consumer<MadeReport> change, SnpPolicy policy) {
        MadeReport report = amd.report(version);
        change.accept(report);
        return verify(amd, amd.sign(report), amd.leaf(), policy);
    }

    private static List<String> failures(MadeAmd amd, int version, Consumer<MadeReport> change) {
        return Samples.failures(verify(amd, version, change));
    }

    private static List<String> failures(UnaryOperator<Draft> leaf) {
        return Samples.failures(verify(MILAN, MILAN.sign(MILAN.report(3)), MILAN.leaf(leaf), SnpPolicy.strict()));
    }

    @TestFactory
    Stream<DynamicTest> everyVersionProductAndKeyPasses() {
        return Stream.of(SnpProduct.MILAN, SnpProduct.GENOA, SnpProduct.TURIN)
                .flatMap(product -> Stream.of(SigningKey.VCEK, SigningKey.VLEK).flatMap(kind -> Stream.of(2, 3, 4, 5)
                        .map(version -> DynamicTest.dynamicTest(product + " " + kind + " version " + version, () -> {
                            MadeAmd amd = MadeAmd.of(product, kind);
                            Group verdict = verify(amd, version, report -> {});
                            assertEquals(List.of(), Samples.failures(verdict));
                            assertEquals(List.of(), Samples.open(verdict));
                        }))));
    }

    @Test
    void versionsThatAreNotKnownFail() {
        assertEquals(List.of("version"), failures(MILAN, 6, report -> {}));
        assertEquals(List.of("version"), failures(MILAN, 99, report -> {}));
        assertTrue(failures(MILAN, 0, report -> {}).contains("version"));
        assertThrows(FormatException.class, () -> SnpEvidence.read(Bytes.zeros(1183)));
    }

    @Test
    void reservedBytesMustBeZero() {
        for (int offset : new int[] {0x4c, 0x18b, 0x19f, 0x1eb, 0x1ef, 0x208, 0x29f}) {
            assertEquals(
                    List.of("reserved bytes"),
                    failures(MILAN, 5, report -> report.u8(offset, 1)),
                    "0x" + Integer.toHexString(offset));
        }
        assertEquals(List.of("reserved bytes"), failures(MILAN, 2, report -> report.u8(0x188, 0x19)));
        assertEquals(List.of("reserved bytes"), failures(MILAN, 4, report -> report.u8(0x1f8, 1)));
        assertEquals(List.of("reserved bits of the key word"), failures(MILAN, 4, report -> report.u32(0x48, 1 << 5)));
        assertEquals(List.of("guest policy"), failures(MILAN, 3, report -> report.u64(0x08, 0)));
        assertEquals(List.of("guest policy"), failures(MILAN, 3, report -> report.u64(0x08, 1L << 17 | 1L << 26)));
        assertEquals(List.of("platform info"), failures(MILAN, 3, report -> report.u64(0x40, 1 << 6)));
        assertEquals(List.of("signature algorithm"), failures(MILAN, 3, report -> report.u32(0x34, 2)));
        assertEquals(List.of("VMPL"), failures(MILAN, 3, report -> report.u32(0x30, 4)));
        assertEquals(List.of(), failures(MILAN, 3, report -> report.u32(0x30, -1)));
    }

    @Test
    void signatureOfZerosIsNone() {
        byte[] report = MILAN.sign(MILAN.report(3)).toByteArray();
        java.util.Arrays.fill(report, 0x2a0, 0x2a0 + 48, (byte) 0);
        Group verdict = verify(MILAN, Bytes.wrap(report), MILAN.leaf(), SnpPolicy.strict());
        assertEquals(List.of("signature over bytes 0x0 to 0x29f"), Samples.failures(verdict));
        byte[] large = MILAN.sign(MILAN.report(3)).toByteArray();
        java.util.Arrays.fill(large, 0x2a0, 0x2a0 + 48, (byte) 0xff);
        verdict = verify(MILAN, Bytes.wrap(large), MILAN.leaf(), SnpPolicy.strict());
        assertEquals(List.of("signature over bytes 0x0 to 0x29f"), Samples.failures(verdict));
    }

    @Test
    void layoutOfAnotherProductIsNoticed() {
        // A Turin report that claims to come from Milan, and one whose certificate does.
        assertTrue(failures(TURIN, 3, report -> report.u8(0x188, 0x19).u8(0x189, 1))
                .contains("layout"));
        MadeReport report = MILAN.report(2);
        report.bytes(0x1a0, TURIN.chipId());
        List<String> failures = Samples.failures(verify(MILAN, MILAN.sign(report), MILAN.leaf(), SnpPolicy.strict()));
        assertTrue(failures.containsAll(List.of("layout", "chip id")), failures.toString());
    }

    @Test
    void maskedChipIdCannotBeTiedToTheCertificate() {
        Group verdict = verify(MILAN, 3, report -> report.bytes(0x1a0, Bytes.zeros(64)));
        assertEquals(Outcome.PASS, verdict.outcome());
        assertEquals(Outcome.NOT_CHECKED, Samples.check(verdict, "chip id").outcome());
        verdict = verify(
                MILAN,
                3,
                report -> report.bytes(0x1a0, Bytes.zeros(64)),
                SnpPolicy.builder().maskedChipIdAllowed(false).build());
        assertEquals(List.of("chip id"), Samples.failures(verdict));
    }

    @Test
    void signerMustBeOfTheKindThatIsAskedFor() {
        MadeAmd provider = MadeAmd.of(SnpProduct.MILAN, SigningKey.VLEK);
        SnpPolicy vcekOnly =
                SnpPolicy.builder().signingKeys(Set.of(SigningKey.VCEK)).build();
        assertEquals(List.of("signing key"), Samples.failures(verify(provider, 3, report -> {}, vcekOnly)));
        // The report says VCEK, but the only certificate is a VLEK's.
        Group verdict = verify(MILAN, MILAN.sign(MILAN.report(3)), provider.leaf(), SnpPolicy.strict());
        assertEquals(Outcome.NOT_CHECKED, verdict.outcome());
        assertTrue(Samples.open(verdict).contains("certificates"));
        // Nobody signed.
        assertTrue(failures(MILAN, 3, report -> report.u32(0x48, 7 << 2)).contains("certificates"));
        assertTrue(failures(MILAN, 3, report -> report.u32(0x48, 3 << 2)).contains("certificates"));
    }

    @Test
    void certificateOfAnotherChipOrTcbIsNoticed() {
        assertEquals(
                List.of("chip id"),
                failures(leaf -> leaf.rawExtension("1.3.6.1.4.1.3704.1.4", Bytes.fromHex("ab".repeat(64)))));
        assertEquals(
                List.of("certificate = REPORTED_TCB"),
                failures(leaf -> leaf.extension("1.3.6.1.4.1.3704.1.3.8", new ASN1Integer(71))));
        assertEquals(
                List.of("certificate = REPORTED_TCB", "CURRENT_TCB"),
                failures(leaf -> leaf.extension("1.3.6.1.4.1.3704.1.3.8", new ASN1Integer(73))));
    }

    @Test
    void certificatesAreValidOnlyInTheirTime() {
        assertEquals(List.of("validity"), failures(leaf -> leaf.until(Instant.parse("2026-05-31T00:00:00Z"))));
        assertEquals(List.of("validity"), failures(leaf -> leaf.from(Instant.parse("2026-06-02T00:00:00Z"))));
    }

    @Test
    void weakSignaturesAreNotAdmitted() {
        assertEquals(List.of("signature"), failures(leaf -> leaf.algorithm("SHA1WITHRSA")));
        assertEquals(List.of("signature"), failures(leaf -> leaf.algorithm("SHA256WITHRSAANDMGF1")));
        assertEquals(List.of("signature"), failures(leaf -> leaf.algorithm("SHA384WITHRSA")));
        MadeAmd weak = MadeAmd.of(SnpProduct.MILAN, SigningKey.VCEK, draft -> draft.algorithm("SHA1WITHRSA"));
        assertEquals(List.of("signature"), failures(weak, 3, report -> {}));
    }

    @Test
    void revokedIntermediateFails() {
        Bytes report = MILAN.sign(MILAN.report(3));
        String pss = "SHA384WITHRSAANDMGF1";
        Instant from = Instant.parse("2026-05-01T00:00:00Z");
        Instant until = Instant.parse("2026-07-01T00:00:00Z");
        RevocationList clear = MadeCertificates.list(MILAN.root(), pss, from, until, 1, 2);
        Group current = verify(MILAN, report, MILAN.leaf(), SnpPolicy.strict(), clear);
        assertEquals(List.of(), Samples.failures(current));
        assertEquals("not listed", Samples.check(current, "serial 0x7001").found());
        RevocationList revoked = MadeCertificates.list(MILAN.root(), pss, from, until, MadeAmd.INTERMEDIATE_SERIAL);
        assertEquals(
                List.of("serial 0x7001"),
                Samples.failures(verify(MILAN, report, MILAN.leaf(), SnpPolicy.strict(), revoked)));
        RevocationList old = MadeCertificates.list(MILAN.root(), pss, from, Instant.parse("2026-05-02T00:00:00Z"));
        assertEquals(
                List.of("list is current"),
                Samples.failures(verify(MILAN, report, MILAN.leaf(), SnpPolicy.strict(), old)));
        Identity impostor =
                new Identity(MILAN.intermediate().keys(), MILAN.root().certificate());
        RevocationList forged = MadeCertificates.list(impostor, pss, from, until);
        assertEquals(
                List.of("signature of the list by ARK-Milan"),
                Samples.failures(verify(MILAN, report, MILAN.leaf(), SnpPolicy.strict(), forged)));
        SnpPolicy strict = SnpPolicy.builder().revocationRequired(true).build();
        Group without = verify(MILAN, report, MILAN.leaf(), strict);
        assertEquals(List.of("intermediate"), Samples.open(without));
    }

    @Test
    void rootMustBeTrusted() {
        SnpEvidence evidence = SnpEvidence.read(MILAN.sign(MILAN.report(3))).with(MILAN.chain(MILAN.leaf()), List.of());
        Group verdict = new Group("report", new SnpVerifier(SnpPolicy.strict(), TURIN.anchors(), AT).verify(evidence));
        assertEquals(List.of("trusted root"), Samples.failures(verdict));
    }

    @Test
    void chainOfAnotherProductIsNoticed() {
        List<Certificate> chain = TURIN.chain(MILAN.leaf());
        SnpEvidence evidence = SnpEvidence.read(MILAN.sign(MILAN.report(3))).with(chain, List.of());
        Group verdict = new Group("report", new SnpVerifier(SnpPolicy.strict(), TURIN.anchors(), AT).verify(evidence));
        assertEquals(Outcome.NOT_CHECKED, verdict.outcome());
        assertTrue(Samples.open(verdict).contains("signature"));
    }

    @Test
    void firmwareMayBeProvisionalIfThePolicySaysSo() {
        Consumer<MadeReport> ahead = report -> {
            report.bytes(
                    0x38,
                    MILAN.raw(new TcbVersion(
                            Map.of(TcbPart.BOOT_LOADER, 4, TcbPart.TEE, 1, TcbPart.SNP, 23, TcbPart.MICROCODE, 72))));
            report.u8(0x1e8, 22);
        };
        assertEquals(List.of("COMMITTED_TCB", "committed firmware"), failures(MILAN, 3, ahead));
        SnpPolicy provisional = SnpPolicy.builder().provisionalFirmware(true).build();
        assertEquals(List.of(), Samples.failures(verify(MILAN, 3, ahead, provisional)));
        Group behind = verify(MILAN, 3, report -> report.u8(0x1ec, 22), provisional);
        assertEquals(List.of("committed firmware"), Samples.failures(behind));
    }

    @Test
    void hostsCertificatesAreChosenByTheKeyThatSigned() {
        SnpEvidence evidence = SnpEvidence.read(MILAN.sign(MILAN.report(3)))
                .with(TURIN.chain(TURIN.leaf()), List.of())
                .with(MILAN.chain(MILAN.leaf()), List.of());
        Group verdict = new Group("report", new SnpVerifier(SnpPolicy.strict(), MILAN.anchors(), AT).verify(evidence));
        assertEquals(Outcome.PASS, verdict.outcome(), Samples.failures(verdict).toString());
    }
}
