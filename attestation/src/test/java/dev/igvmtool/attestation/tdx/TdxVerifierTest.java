package dev.igvmtool.attestation.tdx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.Samples;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Outcome;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.attestation.x509.RevocationList;
import dev.igvmtool.attestation.x509.TrustAnchors;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The samples of version 4: the expected values of {@code testdata/attestation/README.md}. */
class TdxVerifierTest {
    private static final Instant AT = Instant.parse("2023-07-01T01:00:00Z");

    private static TdxEvidence sample() {
        List<Certificate> certificates = new ArrayList<>(Samples.certificates("tdx-v4/tcb-signing-chain.pem"));
        certificates.addAll(Samples.certificates("tdx-v4/pck-crl-issuer-chain.pem"));
        return new TdxEvidence(
                TdxQuote.read(Samples.read("tdx-v4/quote.dat")),
                certificates,
                List.of(
                        RevocationList.read(Samples.read("tdx-v4/pck-platform.crl")),
                        RevocationList.read(Samples.read("tdx-v4/root-ca.crl"))),
                List.of(TcbInfo.read(Samples.read("tdx-v4/tcbinfo.json"))),
                List.of(QeIdentity.read(Samples.read("tdx-v4/qe-identity.json"))));
    }

    private static TrustAnchors anchors() {
        return new TrustAnchors(
                Map.of("44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3", "Intel SGX Root CA"),
                List.of());
    }

    private static Group verify(TdxEvidence evidence, TdxPolicy policy, Instant at) {
        return new Group("quote", new TdxVerifier(policy, anchors(), at).verify(evidence));
    }

    @Test
    void fieldsAreThoseOfTheSample() {
        TdxQuote quote = sample().quote();
        TdBody body = quote.body();
        assertEquals(
                List.of(48, 584, 64, 384),
                List.of(QuoteHeader.CODEC.size(), TdBody.CODEC.size(), TdBody15.CODEC.size(), SgxReport.CODEC.size()));
        assertEquals(39, quote.trailing().size());
        assertEquals("03000400000000000000000000000000", body.teeTcbSvn().toHex());
        assertEquals(
                "2fd279c16164a93dd5bf373d834328d46008c2b693af9ebb865b08b2ced320c9a89b4869a9fab60fbe9d0c5a5363c656",
                body.mrSeam().toHex());
        assertEquals(TdAttributes.PKS, body.tdAttributes());
        assertEquals(
                "0000004000000000",
                TdxField.TD_ATTRIBUTES.of(quote).orElseThrow().toHex());
        assertEquals("e71a060000000000", TdxField.XFAM.of(quote).orElseThrow().toHex());
        assertEquals(
                "6363b8043668a3ad953278e10389574d326c6749fb78aa810ecd9336923db86f22fc00b8dcd404bc10d5e119d7215cbb",
                body.mrTd().toHex());
        assertEquals(
                "2927da70461cd63266f43230cc1849c03ef25ebe490062a801d8fcc80af42976823adf08f833c1e50b51779c6593f32a",
                body.rtmr0().toHex());
        assertEquals(
                "2c700b8ba9b85783f8be9fb9443647bdc0bb3c50747f06297cc6538c25a5f589c4b56d035c59107c6bc5800db2cacb61",
                body.rtmr1().toHex());
        assertEquals(
                "8652f0caaba7e215ea442dc36a4499d8fec3362f3a0b2ca151cbe4b3e6466fe59c7368b3c2287fc7c3bf5c924eb4424e",
                body.rtmr2().toHex());
        for (Bytes zero : List.of(
                body.rtmr3(),
                body.mrSignerSeam(),
                body.seamAttributes(),
                body.mrConfigId(),
                body.mrOwner(),
                body.mrOwnerConfig())) {
            assertTrue(zero.isZero());
        }
        assertEquals(
                "6c62dec1b8191749a31dab490be532a35944dea47caef1f980863993d9899545eb7406a38d1eed313b987a467dacead6f0c87a6d766c66f6f29f8acb281f1113",
                body.reportData().toHex());
        SgxReport qe = quote.qeReport();
        assertEquals(List.of(2, 4), List.of(qe.isvProdId(), qe.isvSvn()));
        assertEquals("1500000000000000e700000000000000", qe.attributes().toHex());
    }

    @Test
    void platformIsThatOfTheSample() {
        PckExtension pck =
                PckExtension.read(sample().quote().signature().chain().get(0));
        assertEquals("50806f000000", pck.fmspc().toHex());
        assertEquals("0000", pck.pceId().toHex());
        assertEquals("089ddfdb9c0359c82a3bc7719239574e", pck.ppid().toHex());
        assertEquals(11, pck.pceSvn());
        assertEquals("03030202020100020000000000000000", pck.cpuSvn().toHex());
        assertEquals(List.of(3, 3, 2, 2, 2, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0), pck.componentSvns());
    }

    @Test
    void everythingButTheTcbLevelPasses() {
        Group verdict = verify(sample(), TdxPolicy.strict(), AT);
        assertEquals(List.of("TCB level of the platform"), Samples.failures(verdict));
        assertEquals(
                "no matching TCB level",
                Samples.check(verdict, "TCB level of the platform").found());
        assertEquals(List.of("status"), Samples.open(verdict));
        assertEquals(
                "UpToDate of 2023-02-15T00:00:00Z",
                Samples.check(verdict, "TCB level of the quoting enclave").found());
        assertEquals(44, sample().lists().get(0).x509().getRevokedCertificates().size());
    }

    @Test
    void everythingIsExpiredLater() {
        Group verdict = verify(sample(), TdxPolicy.strict(), Instant.parse("2053-07-01T00:00:00Z"));
        List<String> failures = Samples.failures(verdict);
        assertTrue(
                failures.contains("validity") && failures.contains("list is current") && failures.contains("current"));
    }

    @Test
    void collateralThatIsNotGivenIsNamed() {
        Group verdict = verify(TdxEvidence.read(Samples.read("tdx-v4/quote.dat")), TdxPolicy.strict(), AT);
        assertEquals(List.of(), Samples.failures(verdict));
        assertEquals(Outcome.NOT_CHECKED, verdict.outcome());
        assertTrue(Samples.check(verdict, "TCB info").note().endsWith("/tdx/certification/v4/tcb?fmspc=50806f000000"));
        assertTrue(Samples.check(verdict, "intermediate").found().contains("Platform CA"));
    }

    @Test
    void theOtherSampleHasItsValues() {
        TdxQuote quote = TdxQuote.read(Samples.read("tdx-ccel/quote.dat"));
        assertEquals(4, quote.header().version());
        assertEquals(3065, quote.trailing().size());
        assertEquals(Samples.read("tdx-ccel/nonce.dat"), quote.body().reportData());
        assertEquals("0401070000000000", quote.body().teeTcbSvn().slice(0, 8).toHex());
        assertEquals(TdAttributes.SEPT_VE_DISABLE, quote.body().tdAttributes());
        assertEquals(
                "dae67181d3d65e073ad8f95b7907d5e927bfe9761c9ff3e9b89734a45d8954dba41394c7717cb2735396c1d04231f94a",
                quote.body().mrTd().toHex());
        Certificate leaf = quote.signature().chain().get(0);
        assertEquals("00806f050000", PckExtension.read(leaf).fmspc().toHex());
        assertTrue(leaf.x509().getNotAfter().toInstant().toString().startsWith("2031-07-02"));
        Group verdict = verify(
                TdxEvidence.read(Samples.read("tdx-ccel/quote.dat")),
                TdxPolicy.builder()
                        .field(TdxField.REPORT_DATA, Set.of(Bytes.zeros(64)))
                        .build(),
                Instant.parse("2024-12-01T00:00:00Z"));
        assertEquals(List.of(), Samples.failures(verdict));
    }
}
