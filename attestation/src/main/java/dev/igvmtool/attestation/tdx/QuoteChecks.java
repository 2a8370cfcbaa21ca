package dev.igvmtool.attestation.tdx;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Verdict;
import dev.igvmtool.measurement.Sha;
import dev.igvmtool.measurement.ecdsa.Ecdsa;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether a quote is well formed, and its signatures are good: quote, quoting enclave and what binds the two. */
final class QuoteChecks {
    private static final Bytes INTEL = Bytes.fromHex("939a7233f79c4ca9940a0db3957f0607");
    private static final int SHA256_BYTES = 32;
    private static final int COORDINATE_BYTES = Ecdsa.P256.numberBytes();

    private final TdxSubject subject;
    private final TdxPolicy policy;
    private final TdxQuote quote;

    QuoteChecks(TdxSubject subject, TdxPolicy policy) {
        this.subject = subject;
        this.policy = policy;
        this.quote = subject.quote();
    }

    Group format() {
        QuoteHeader header = quote.header();
        List<Verdict> checks = new ArrayList<>();
        checks.add(Check.of("version", true, String.valueOf(header.version()), "4 or 5", TdxClause.QUOTE));
        checks.add(Check.of("TEE type", true, "0x81", "0x81", TdxClause.QUOTE));
        checks.add(Check.of("attestation key type", true, "2", "2", TdxClause.QUOTE));
        checks.add(Check.equal(
                "QE vendor",
                header.qeVendorId().toHex(),
                policy.qeVendorId.orElse(INTEL).toHex(),
                TdxClause.QUOTE));
        checks.add(
                quote.trailing().isEmpty()
                        ? Check.of("bytes behind the signature data", true, "none", "none", TdxClause.QUOTE)
                        : Check.skipped(
                                "bytes behind the signature data",
                                quote.trailing().size() + " bytes, SHA-256 "
                                        + Sha.sha256(quote.trailing()).toHex(),
                                TdxClause.QUOTE,
                                "nobody signs them; they are passed over"));
        return new Group("format", checks);
    }

    Group signatures() {
        QuoteSignature signature = quote.signature();
        List<Verdict> checks = new ArrayList<>();
        Optional<PublicKey> key = Ecdsa.P256.key(
                signature.attestationKey().slice(0, COORDINATE_BYTES),
                signature.attestationKey().from(COORDINATE_BYTES));
        checks.add(Check.of(
                "attestation key",
                key.isPresent(),
                key.isPresent() ? "on P-256" : "not on P-256",
                "on P-256",
                TdxClause.SIGNATURE));
        boolean good = key.map(it -> Ecdsa.P256.verify(it, quote.signed(), signature.signature()))
                .orElse(false);
        checks.add(signature("quote, by the attestation key", good));
        checks.add(Check.equal(
                "attestation key in the report of the quoting enclave",
                quote.qeReport().reportData().toHex(),
                binding().toHex(),
                TdxClause.SIGNATURE));
        PublicKey pck = subject.path().leaf().x509().getPublicKey();
        checks.add(signature(
                "report of the quoting enclave, by the PCK key",
                Ecdsa.P256.verify(pck, signature.qeReport(), signature.qeReportSignature())));
        return new Group("signatures", checks);
    }

    private static Check signature(String name, boolean good) {
        return Check.equal(name, good ? "good" : "bad", "good", TdxClause.SIGNATURE);
    }

    /** SHA-256 of key and authentication data, then zeros. */
    private Bytes binding() {
        MessageDigest hash = Sha.sha256();
        Sha.update(hash, quote.signature().attestationKey());
        Sha.update(hash, quote.signature().authenticationData());
        return Bytes.wrap(hash.digest()).paddedTo(2 * SHA256_BYTES);
    }
}
