package dev.igvmtool.attestation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.made.MadeAmd;
import dev.igvmtool.attestation.made.MadeCertificates;
import dev.igvmtool.attestation.made.MadeIntel;
import dev.igvmtool.attestation.made.MadeReport;
import dev.igvmtool.attestation.policy.PolicyReader;
import dev.igvmtool.attestation.snp.SigningKey;
import dev.igvmtool.attestation.snp.SnpProduct;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Outcome;
import dev.igvmtool.attestation.x509.TrustAnchors;
import dev.igvmtool.measurement.Sha;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Any bit of any signed sample: flipped, the verdict is another one. The report of hardware is tried bit by bit. Of the quote,
 * whose signatures cost more, every third bit is tried, and of certificates, collateral and made evidence one of some, in every
 * place of a byte; {@code -Digvmtool.every-bit=true} tries all of them.
 */
class EvidenceBitsIT {
    private static final boolean ALL = Boolean.getBoolean("igvmtool.every-bit");
    // Odd, so that every place of a byte has its turn, and large enough for seconds.
    private static final int OTHER_STEP = ALL ? 1 : 61;
    private static final int MADE_STEP = ALL ? 1 : 131;
    private static final int QUOTE_STEP = ALL ? 1 : 3;
    // Header, body and signatures of the quote end here; certificates in PEM follow.
    private static final int CHAIN = 0x4ea;

    private static final Verifier MILAN = new Verifier(
            PolicyReader.read("policy.yaml", "snp: { guest_policy: { allow: [debug, smt] } }"),
            KnownRoots.anchors(),
            Instant.parse("2024-10-27T00:00:00Z"));
    private static final Verifier TDX =
            new Verifier(Policy.strict(), KnownRoots.anchors(), Instant.parse("2023-07-01T01:00:00Z"));

    /** What verifies a sample of which everything else is good. */
    private interface Judge extends Function<Bytes, Group> {}

    private static Endorsements endorsements(String... names) {
        Endorsements all = Endorsements.NONE;
        for (String name : names) {
            all = all.and(Endorsements.read(Samples.read(name)));
        }
        return all;
    }

    private static Judge tdxWith(String... others) {
        Evidence quote = Evidence.read(Samples.read("tdx-v4/quote.dat"));
        Endorsements rest = endorsements(others);
        return damaged -> TDX.verify(quote, rest.and(Endorsements.read(damaged)), Expectations.NONE);
    }

    /** Flips each of the first {@code end} bytes' bits, or one of {@code step}, and expects that some check comes out differently. */
    private static void bitsMatter(Bytes sample, int end, int step, Judge judge) {
        Map<String, Outcome> good = Samples.outcomes(judge.apply(sample));
        List<Integer> survivors = IntStream.range(0, end * 8)
                .parallel()
                .filter(bit -> bit % step == 0)
                .filter(bit -> {
                    try {
                        return Samples.outcomes(judge.apply(flipped(sample, bit)))
                                .equals(good);
                    } catch (FormatException refused) {
                        return false;
                    }
                })
                .boxed()
                .toList();
        assertEquals(List.of(), survivors, "bits that may be flipped without notice");
    }

    private static Bytes flipped(Bytes sample, int bit) {
        byte[] damaged = sample.toByteArray();
        damaged[bit / 8] ^= (byte) (1 << bit % 8);
        return Bytes.wrap(damaged);
    }

    private static void otherBitsMatter(Bytes sample, Judge judge) {
        bitsMatter(sample, sample.size(), OTHER_STEP, judge);
    }

    @Test
    void snpReport() {
        Endorsements certificates = endorsements("snp-milan/vcek.der", "snp-milan/ask_ark_milan.pem");
        Bytes report = Samples.read("snp-milan/report.bin");
        assertEquals(List.of(), Samples.failures(MILAN.verify(report, certificates, Expectations.NONE)));
        bitsMatter(report, report.size(), 1, damaged -> MILAN.verify(damaged, certificates, Expectations.NONE));
    }

    @Test
    void snpCertificates() {
        Evidence report = Evidence.read(Samples.read("snp-milan/report.bin"));
        Endorsements issuers = endorsements("snp-milan/ask_ark_milan.pem");
        otherBitsMatter(
                Samples.read("snp-milan/vcek.der"),
                damaged -> MILAN.verify(report, issuers.and(Endorsements.read(damaged)), Expectations.NONE));
        Endorsements leaf = endorsements("snp-milan/vcek.der");
        otherBitsMatter(
                Samples.read("snp-milan/ask_ark_milan.pem"),
                damaged -> MILAN.verify(report, leaf.and(Endorsements.read(damaged)), Expectations.NONE));
    }

    @Test
    void tdxQuote() {
        Bytes quote = Samples.read("tdx-v4/quote.dat");
        int signed = quote.size() - 39;
        Judge judge = damaged -> TDX.verify(damaged, Endorsements.NONE, Expectations.NONE);
        assertEquals(List.of(), Samples.failures(judge.apply(quote)));
        bitsMatter(quote, CHAIN, QUOTE_STEP, judge);
        bitsMatter(quote, signed, OTHER_STEP, judge);
        // Nobody signs what stands behind; the verdict shows it all the same.
        Group good = judge.apply(quote);
        for (int bit = signed * 8; bit < quote.size() * 8; bit++) {
            assertNotEquals(good, judge.apply(flipped(quote, bit)));
        }
    }

    @Test
    void tdxCollateral() {
        String signer = "tdx-v4/tcb-signing-chain.pem";
        otherBitsMatter(Samples.read("tdx-v4/tcbinfo.json"), tdxWith(signer));
        otherBitsMatter(Samples.read("tdx-v4/qe-identity.json"), tdxWith(signer));
        otherBitsMatter(Samples.read("tdx-v4/pck-platform.crl"), tdxWith());
        otherBitsMatter(Samples.read("tdx-v4/root-ca.crl"), tdxWith());
    }

    /** Verifies made evidence that is good, and then damages it. */
    private static void madeBitsMatter(Bytes evidence, int end, TrustAnchors anchors, Endorsements endorsements) {
        Verifier verifier = new Verifier(Policy.strict(), anchors, Instant.parse("2026-06-01T00:00:00Z"));
        Judge judge = damaged -> verifier.verify(damaged, endorsements, Expectations.NONE);
        assertEquals(List.of(), Samples.failures(judge.apply(evidence)));
        bitsMatter(evidence, end, MADE_STEP, judge);
    }

    private static Endorsements endorsements(MadeAmd maker) {
        return Endorsements.read(MadeCertificates.pem(maker.chain(maker.leaf())));
    }

    @Test
    void madeReports() {
        for (MadeAmd maker : List.of(
                MadeAmd.of(SnpProduct.GENOA, SigningKey.VCEK),
                MadeAmd.of(SnpProduct.GENOA, SigningKey.VLEK),
                MadeAmd.of(SnpProduct.TURIN, SigningKey.VCEK))) {
            for (int version : new int[] {3, 5}) {
                Bytes report = maker.sign(maker.report(version));
                madeBitsMatter(report, report.size(), maker.anchors(), endorsements(maker));
            }
        }
    }

    @Test
    void madeQuotes() {
        MadeIntel maker = new MadeIntel();
        Endorsements collateral = Endorsements.read(MadeCertificates.pem(maker.certificates()))
                .and(Endorsements.read(maker.tcbInfo()))
                .and(Endorsements.read(maker.qeIdentity()));
        for (Bytes quote : List.of(maker.quote(4, false), maker.quote(5, false), maker.quote(5, true))) {
            madeBitsMatter(quote, quote.size(), maker.anchors(), collateral);
        }
    }

    @Test
    void madeHclReport() {
        MadeAmd maker = MadeAmd.of(SnpProduct.MILAN, SigningKey.VCEK);
        Bytes claims = Bytes.utf8("{\"keys\":[],\"vm-configuration\":{\"secure-boot\":true}}");
        MadeReport report = maker.report(3);
        report.bytes(0x50, Bytes.wrap(Sha.sha256().digest(claims.toByteArray())).paddedTo(64));
        Bytes hcl = new ByteWriter()
                .bytes(Bytes.utf8("HCLA"))
                .u32(2)
                .u32(0x4d4 + claims.size())
                .u32(1)
                .bytes(Bytes.zeros(16))
                .bytes(maker.sign(report))
                .u32(20 + claims.size())
                .u32(1)
                .u32(2)
                .u32(1)
                .u32(claims.size())
                .bytes(claims)
                .toBytes();
        Verifier verifier = new Verifier(Policy.strict(), maker.anchors(), Instant.parse("2026-06-01T00:00:00Z"));
        Endorsements certificates = endorsements(maker);
        Judge judge = damaged -> verifier.verify(damaged, certificates, Expectations.NONE);
        assertEquals(List.of(), Samples.failures(judge.apply(hcl)));
        Group good = judge.apply(hcl);
        for (int bit = 0; bit < hcl.size() * 8; bit += MADE_STEP) {
            Bytes damaged = flipped(hcl, bit);
            try {
                Group verdict = judge.apply(damaged);
                assertNotEquals(good, verdict, "bit " + bit);
                // The header around report and claims is not signed; what it says is shown.
                boolean signed = bit >= 0x20 * 8 && bit < 0x4c0 * 8 || bit >= 0x4d4 * 8;
                assertTrue(!signed || verdict.outcome() == Outcome.FAIL, "bit " + bit);
            } catch (FormatException refused) {
                // As good as a failure.
            }
        }
    }
}
