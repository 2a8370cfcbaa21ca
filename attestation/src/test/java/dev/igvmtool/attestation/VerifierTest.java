package dev.igvmtool.attestation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.hcl.HclPolicy;
import dev.igvmtool.attestation.hcl.HclReport;
import dev.igvmtool.attestation.image.ImageExpectations;
import dev.igvmtool.attestation.made.MadeAmd;
import dev.igvmtool.attestation.made.MadeIntel;
import dev.igvmtool.attestation.made.MadeReport;
import dev.igvmtool.attestation.policy.PolicyReader;
import dev.igvmtool.attestation.snp.SigningKey;
import dev.igvmtool.attestation.snp.SnpPolicy;
import dev.igvmtool.attestation.snp.SnpProduct;
import dev.igvmtool.attestation.tdx.TdReport;
import dev.igvmtool.attestation.tdx.TdxPolicy;
import dev.igvmtool.attestation.tdx.TdxQuote;
import dev.igvmtool.attestation.vbs.VbsPolicy;
import dev.igvmtool.attestation.vbs.VbsReport;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Outcome;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.measurement.Profile;
import dev.igvmtool.measurement.Sha;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Evidence of every kind, endorsements in every form, and images. */
class VerifierTest {
    private static final Instant AT = Instant.parse("2026-06-01T00:00:00Z");
    private static final MadeAmd MILAN = MadeAmd.of(SnpProduct.MILAN, SigningKey.VCEK);
    private static final String CLAIMS =
            "{\"keys\":[{\"kid\":\"HCLAkPub\",\"key_ops\":[\"sign\"],\"kty\":\"RSA\",\"e\":\"AQAB\","
                    + "\"n\":\"AA\"}],\"vm-configuration\":{\"secure-boot\":true,\"console-enabled\":false},\"user-data\":\""
                    + "0102" + "00".repeat(62) + "\"}";

    private static Verifier milan(HclPolicy hcl) {
        return new Verifier(
                new Policy(SnpPolicy.strict(), TdxPolicy.strict(), VbsPolicy.strict(), hcl), MILAN.anchors(), AT);
    }

    private static Endorsements milanCertificates() {
        return endorsements(MILAN.chain(MILAN.leaf()));
    }

    private static Endorsements endorsements(List<Certificate> certificates) {
        Endorsements all = Endorsements.NONE;
        for (Certificate certificate : certificates) {
            all = all.and(Endorsements.read(certificate.der()));
        }
        return all;
    }

    private static Bytes hcl(int type, int hashType, Bytes report, String claims, int version) {
        Bytes json = Bytes.utf8(claims);
        int overhead = version == 2 ? 24 : 20;
        ByteWriter out = new ByteWriter();
        out.bytes(Bytes.utf8("HCLA"))
                .u32(2)
                .u32(0x4c0 + overhead + json.size())
                .u32(2)
                .u32(0)
                .bytes(Bytes.zeros(12));
        out.bytes(report.paddedTo(1184));
        out.u32(overhead + json.size()).u32(version).u32(type).u32(hashType).u32(json.size());
        if (version == 2) {
            out.u32(0xf);
        }
        return out.bytes(json).toBytes();
    }

    private static Bytes reportWithClaims(String claims) {
        MadeReport report = MILAN.report(3);
        report.bytes(
                0x50,
                Bytes.wrap(Sha.sha256().digest(Bytes.utf8(claims).toByteArray()))
                        .paddedTo(64));
        return MILAN.sign(report);
    }

    @Test
    void samplesOfHclReportsAreBoundToOtherClaims() {
        for (String name : List.of("v1", "v2")) {
            Bytes bytes = Samples.read("snp-milan/hcl-report-" + name + "-hash-mismatch.bin");
            HclReport report = HclReport.read(bytes);
            assertEquals("SNP", report.type().toString());
            assertEquals("SHA-256", report.hash().text());
            assertEquals(300, report.claims().size());
            Policy policy = PolicyReader.read("p", "{\"snp\": {\"guest_policy\": {\"allow\": [\"smt\", \"debug\"]}}}");
            Group verdict = new Verifier(policy, KnownRoots.anchors(), Instant.parse("2024-10-27T00:00:00Z"))
                    .verify(
                            bytes,
                            Endorsements.read(Samples.read("snp-milan/vcek.der"))
                                    .and(Endorsements.read(Samples.read("snp-milan/ask_ark_milan.pem"))),
                            Expectations.NONE);
            assertEquals(List.of("report data = SHA-256 of the claims"), Samples.failures(verdict));
            assertEquals(List.of("image"), Samples.open(verdict));
        }
    }

    @Test
    void hclReportWithItsClaimsPasses() {
        HclPolicy policy = new HclPolicy(
                Map.of("secure-boot", "true"), Optional.of(Bytes.fromHex("0102")), Optional.of("HCLAkPub"));
        for (int version : new int[] {1, 2}) {
            Bytes bytes = hcl(2, 1, reportWithClaims(CLAIMS), CLAIMS, version);
            // The NV index is longer than what it holds.
            Group verdict = milan(policy).verify(bytes.paddedTo(2600), milanCertificates(), Expectations.NONE);
            assertEquals(List.of(), Samples.failures(verdict));
            assertEquals(List.of("image"), Samples.open(verdict));
        }
    }

    @Test
    void claimsMustSayWhatThePolicyAsks() {
        HclPolicy policy = new HclPolicy(
                Map.of("secure-boot", "false", "tpm-enabled", "true"),
                Optional.of(Bytes.fromHex("01")),
                Optional.of("HCLEkPub"));
        Bytes bytes = hcl(2, 1, reportWithClaims(CLAIMS), CLAIMS, 2);
        assertEquals(
                List.of("required key", "secure-boot", "tpm-enabled", "user data"),
                Samples.failures(milan(policy).verify(bytes, milanCertificates(), Expectations.NONE)));
        Bytes damaged = hcl(2, 1, reportWithClaims("{"), "{", 2);
        assertEquals(
                List.of("runtime claims"),
                Samples.failures(milan(HclPolicy.none()).verify(damaged, milanCertificates(), Expectations.NONE)));
        Bytes other = hcl(2, 1, reportWithClaims(CLAIMS), CLAIMS + " ", 2);
        assertEquals(
                List.of("report data = SHA-256 of the claims"),
                Samples.failures(milan(HclPolicy.none()).verify(other, milanCertificates(), Expectations.NONE)));
    }

    @Test
    void hclHeaderIsJudged() {
        byte[] bytes = hcl(2, 1, reportWithClaims(CLAIMS), CLAIMS, 2).toByteArray();
        for (int offset : new int[] {0x04, 0x08, 0x0d, 0x10, 0x14, 0x1f, 0x4d7}) {
            byte[] damaged = bytes.clone();
            damaged[offset] ^= (byte) 0x80;
            assertEquals(
                    1,
                    Samples.failures(milan(HclPolicy.none())
                                    .verify(Bytes.wrap(damaged), milanCertificates(), Expectations.NONE))
                            .size(),
                    "offset " + offset);
        }
        Group trailing = milan(HclPolicy.none())
                .verify(
                        new ByteWriter().bytes(Bytes.wrap(bytes)).u8(1).toBytes(),
                        milanCertificates(),
                        Expectations.NONE);
        assertEquals(List.of("reserved bytes and padding"), Samples.failures(trailing));
    }

    @Test
    void otherPlatformsInHclReports() {
        Bytes none = hcl(3, 1, Bytes.EMPTY, CLAIMS, 1);
        Group verdict = milan(HclPolicy.none()).verify(none, Endorsements.NONE, Expectations.NONE);
        assertEquals(List.of(), Samples.failures(verdict));
        assertEquals(List.of("report data = SHA-256 of the claims", "report of the platform"), Samples.open(verdict));
        Bytes vbs = hcl(1, 2, vbsReport(claimsHash("SHA-384")), CLAIMS, 1);
        verdict = milan(HclPolicy.none()).verify(vbs, Endorsements.NONE, Expectations.NONE);
        assertEquals(List.of(), Samples.failures(verdict));
        assertEquals(List.of("signature", "image"), Samples.open(verdict));
        Bytes tdx = hcl(4, 3, tdReport(claimsHash("SHA-512"), Bytes.zeros(48)), CLAIMS, 1);
        verdict = milan(HclPolicy.none()).verify(tdx, Endorsements.NONE, Expectations.NONE);
        assertEquals(List.of(), Samples.failures(verdict));
        assertEquals(List.of("MAC", "image"), Samples.open(verdict));
    }

    private static Bytes claimsHash(String algorithm) {
        try {
            return Bytes.wrap(java.security.MessageDigest.getInstance(algorithm)
                            .digest(Bytes.utf8(CLAIMS).toByteArray()))
                    .paddedTo(64);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static Bytes vbsReport(Bytes reportData) {
        return VbsReport.CODEC.toBytes(new VbsReport(
                560,
                1,
                1,
                256,
                0,
                1,
                reportData,
                Bytes.zeros(32),
                Bytes.fromHex("4d".repeat(32)),
                Bytes.zeros(32),
                Bytes.zeros(32),
                5,
                0,
                0,
                3,
                0,
                0,
                Bytes.zeros(64),
                Bytes.zeros(256)));
    }

    private static Bytes tdReport(Bytes reportData, Bytes mrTd) {
        Bytes info = TdReport.TdInfo.CODEC.toBytes(new TdReport.TdInfo(
                1L << 28,
                0x61ae7,
                mrTd,
                Bytes.zeros(48),
                Bytes.zeros(48),
                Bytes.zeros(48),
                Bytes.zeros(192),
                Bytes.zeros(48),
                Bytes.zeros(64)));
        Bytes tcb = Bytes.zeros(239);
        return TdReport.CODEC.toBytes(new TdReport(
                0x81,
                0,
                0,
                0,
                Bytes.zeros(12),
                Bytes.zeros(16),
                Bytes.wrap(Sha.sha384().digest(tcb.toByteArray())),
                Bytes.wrap(Sha.sha384().digest(info.toByteArray())),
                reportData,
                Bytes.zeros(32),
                Bytes.zeros(32),
                tcb,
                Bytes.zeros(17),
                info));
    }

    @Test
    void sizesAreThoseOfTheSpecifications() {
        assertEquals(560, VbsReport.CODEC.size());
        assertEquals(1024, TdReport.CODEC.size());
        assertEquals(512, TdReport.TdInfo.CODEC.size());
    }

    @Test
    void quoteVouchesForATdReport() {
        MadeIntel intel = new MadeIntel();
        Verifier verifier = new Verifier(Policy.strict(), intel.anchors(), AT);
        Endorsements collateral = endorsements(intel.certificates())
                .and(Endorsements.read(intel.tcbInfo()))
                .and(Endorsements.read(intel.qeIdentity()))
                .and(Endorsements.read(intel.quote(4, false)));
        Bytes reportData = TdxQuote.read(intel.quote(4, false)).body().reportData();
        Group verdict = verifier.verify(tdReport(reportData, intel.mrTd), collateral, Expectations.NONE);
        assertEquals(List.of(), Samples.failures(verdict));
        assertEquals(List.of("image"), Samples.open(verdict));
        verdict = verifier.verify(tdReport(reportData, Bytes.zeros(48)), collateral, Expectations.NONE);
        assertEquals(List.of("MRTD"), Samples.failures(verdict));
        byte[] damaged = tdReport(reportData, intel.mrTd).toByteArray();
        damaged[0x210]++;
        assertTrue(Samples.failures(verifier.verify(Bytes.wrap(damaged), collateral, Expectations.NONE))
                .contains("hash of TDINFO"));
    }

    @Test
    void vbsReportsAreComparedButNotVerified() {
        Verifier strict = milan(HclPolicy.none());
        Group verdict = strict.verify(vbsReport(Bytes.zeros(64)), Endorsements.NONE, Expectations.NONE);
        assertEquals(List.of("signature", "image"), Samples.open(verdict));
        Policy accepting = PolicyReader.read(
                "p.yaml",
                "vbs: {accept_unverified_signature: true, minimum_guest_svn: 3, measurement: " + "4d".repeat(32) + "}");
        verdict = new Verifier(accepting, MILAN.anchors(), AT)
                .verify(vbsReport(Bytes.zeros(64)), Endorsements.NONE, Expectations.NONE);
        assertEquals(Outcome.PASS, verdict.outcome());
        Policy asking = PolicyReader.read(
                "p.yaml",
                "vbs: {accept_unverified_signature: true, minimum_guest_svn: 4, measurement: " + "4e".repeat(32) + "}");
        byte[] debugged = vbsReport(Bytes.zeros(64)).toByteArray();
        debugged[0xdc] = 1;
        verdict = new Verifier(asking, MILAN.anchors(), AT)
                .verify(Bytes.wrap(debugged), Endorsements.NONE, Expectations.NONE);
        assertEquals(List.of("debug", "guest svn", "measurement"), Samples.failures(verdict));
    }

    @Test
    void evidenceMayBeText() {
        Bytes report = MILAN.sign(MILAN.report(3));
        String base64 = Base64.getMimeEncoder().encodeToString(report.toByteArray());
        for (String text : List.of(report.toHex(), "0x" + report.toHex() + "\n", base64)) {
            Group verdict = milan(HclPolicy.none()).verify(Bytes.utf8(text), milanCertificates(), Expectations.NONE);
            assertEquals(List.of(), Samples.failures(verdict));
        }
    }

    @Test
    void whatIsNoEvidenceIsRefused() {
        for (int size : new int[] {0, 1, 560, 1024, 1183}) {
            assertThrows(FormatException.class, () -> Evidence.read(Bytes.zeros(size)), "size " + size);
        }
        assertThrows(FormatException.class, () -> Evidence.read(Bytes.zeros((4 << 20) + 1)));
        assertEquals("SNP report", Evidence.read(Bytes.zeros(1184)).kind());
        assertThrows(FormatException.class, () -> Evidence.read(Bytes.utf8("HCLA")));
    }

    @Test
    void endorsementsAreKnownByTheirContent() {
        Endorsements all = Endorsements.NONE;
        for (String name : List.of(
                "tdx-v4/tcbinfo.json",
                "tdx-v4/qe-identity.json",
                "tdx-v4/pck-platform.crl",
                "tdx-v4/root-ca.crl",
                "tdx-v4/tcb-signing-chain.pem",
                "tdx-v4/intel-sgx-root-ca.pem",
                "snp-milan/cert-table.bin",
                "amd-chains/vcek_turin.der")) {
            all = all.and(Endorsements.read(Samples.read(name)));
        }
        assertEquals(4, all.certificates().size());
        assertEquals(2, all.lists().size());
        assertEquals(
                List.of(1, 1), List.of(all.tcbInfos().size(), all.qeIdentities().size()));
        assertEquals(3, all.table().orElseThrow().entries().size());
        String chain = Samples.read("tdx-v4/tcb-signing-chain.pem").toUtf8();
        String encoded = chain.replace("\n", "%0A")
                .replace(" ", "%20")
                .replace("+", "%2B")
                .replace("=", "%3D");
        assertEquals(2, Endorsements.read(Bytes.utf8(encoded)).certificates().size());
        String amd = Samples.read("snp-milan/ask_ark_milan.pem").toUtf8().replace("\n", "\\n");
        String thim = "{\"vcekCert\":\"" + amd + "\",\"certificateChain\":\"" + amd + "\",\"tcbm\":\"44050000000002\"}";
        assertEquals(4, Endorsements.read(Bytes.utf8(thim)).certificates().size());
        for (String bad : List.of("{}", "{\"tcbInfo\":1}", "nonsense", "0")) {
            assertThrows(FormatException.class, () -> Endorsements.read(Bytes.utf8(bad)), bad);
        }
        Endorsements some = all;
        assertThrows(FormatException.class, () -> some.and(some));
    }

    @Test
    void turinCertificateOfTheSamplesHasItsChain() {
        // No report of a Turin exists: only the certificate is judged here.
        Certificate leaf = Certificate.read(Samples.read("amd-chains/vcek_turin.der"));
        MadeAmd turin = MadeAmd.of(SnpProduct.TURIN, SigningKey.VCEK);
        Endorsements chain =
                endorsements(List.of(leaf)).and(Endorsements.read(Samples.read("amd-chains/ask_ark_turin_vcek.pem")));
        Group verdict = new Verifier(Policy.strict(), KnownRoots.anchors(), AT)
                .verify(turin.sign(turin.report(5)), chain, Expectations.NONE);
        assertEquals(
                List.of("signature over bytes 0x0 to 0x29f", "certificate = REPORTED_TCB", "chip id"),
                Samples.failures(verdict));
        assertTrue(Samples.check(verdict, "product name").found().equals("Turin"));
    }

    @Test
    void imagesAreCompared() {
        ImageExpectations images =
                ImageExpectations.of(IgvmReader.read(Samples.read("igvm/mixed-c.igvm")), Optional.empty());
        MadeReport report = MILAN.report(3);
        report.u32(0x04, 0).u64(0x08, 0x30000);
        report.bytes(
                0x90,
                images.byPlatform()
                        .get(dev.igvmtool.format.header.PlatformType.SEV_SNP)
                        .digest());
        Policy smt = PolicyReader.read("p.yaml", "snp: {guest_policy: {allow: smt}}");
        Verifier verifier = new Verifier(smt, MILAN.anchors(), AT);
        Group verdict = verifier.verify(MILAN.sign(report), milanCertificates(), Expectations.of(images));
        assertEquals(Outcome.PASS, verdict.outcome(), Samples.failures(verdict) + " " + Samples.open(verdict));
        report.u8(0x90, 0);
        report.u32(0x04, 1);
        verdict = verifier.verify(MILAN.sign(report), milanCertificates(), Expectations.of(images));
        assertEquals(List.of("launch digest", "ID block"), Samples.failures(verdict));
        ImageExpectations signed =
                ImageExpectations.of(IgvmReader.read(Samples.read("igvm/mixed-c-signed.igvm")), Optional.empty());
        verdict = verifier.verify(MILAN.sign(report), milanCertificates(), Expectations.of(signed));
        assertEquals(
                List.of(
                        "launch digest",
                        "guest svn of the ID block",
                        "digest of the ID key",
                        "digest of the author key",
                        "author key enabled"),
                Samples.failures(verdict));
        assertEquals(
                "870b7e35c53f8a72d0d322f75ab2af8262792aaf6579622ce4131c3f21f289e77cb0560a5e3b90b3932e674ec709cb14",
                Samples.check(verdict, "digest of the ID key").expected());
        assertEquals(
                "63111c34bbfc0a4938f9a009bd074980d8172323e61599c9fd336da8673248e1dca98d0be8f76376a106b8afd4c0a057",
                Samples.check(verdict, "digest of the author key").expected());
        ImageExpectations tdxOnly = ImageExpectations.of(
                IgvmReader.read(Samples.read("igvm/two-page-tdx-with-corim.igvm")), Optional.of(Profile.HYPERV));
        verdict = verifier.verify(MILAN.sign(report), milanCertificates(), Expectations.of(tdxOnly));
        assertEquals(List.of("image"), Samples.failures(verdict));
    }

    @Test
    void nonceIsCompared() {
        Bytes report = MILAN.sign(MILAN.report(3));
        Expectations right = Expectations.NONE.withReportData(Bytes.fromHex("0d".repeat(64)));
        assertEquals(List.of(), Samples.failures(milan(HclPolicy.none()).verify(report, milanCertificates(), right)));
        Expectations wrong = Expectations.NONE.withReportData(Bytes.zeros(64));
        assertEquals(
                List.of("nonce"), Samples.failures(milan(HclPolicy.none()).verify(report, milanCertificates(), wrong)));
    }

    @Test
    void oneVerifierServesManyThreads() throws Exception {
        Verifier verifier = milan(HclPolicy.none());
        Endorsements certificates = milanCertificates();
        Bytes good = MILAN.sign(MILAN.report(3));
        byte[] flipped = good.toByteArray();
        flipped[0x50] ^= 1;
        Bytes bad = Bytes.wrap(flipped);
        Group goodVerdict = verifier.verify(good, certificates, Expectations.NONE);
        Group badVerdict = verifier.verify(bad, certificates, Expectations.NONE);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Boolean>> tasks = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                boolean even = i % 2 == 0;
                tasks.add(() -> verifier.verify(even ? good : bad, certificates, Expectations.NONE)
                        .equals(even ? goodVerdict : badVerdict));
            }
            for (Future<Boolean> future : threads.invokeAll(tasks)) {
                assertTrue(future.get());
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
