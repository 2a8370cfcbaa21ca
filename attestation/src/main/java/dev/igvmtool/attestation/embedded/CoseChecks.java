package dev.igvmtool.attestation.embedded;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.sign.CorimSigning;
import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Verdict;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.attestation.x509.CertificatePath;
import dev.igvmtool.attestation.x509.PathCheck;
import dev.igvmtool.attestation.x509.SignatureScheme;
import dev.igvmtool.measurement.cose.CoseAlgorithm;
import dev.igvmtool.measurement.cose.CoseHeader;
import dev.igvmtool.measurement.cose.CoseSign1;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** A detached COSE_Sign1 over a CoRIM document. */
final class CoseChecks {
    private static final String NAME = "signature";
    private static final String COSE = "RFC 9052 section 4.4";
    private static final String CORIM = "draft-ietf-rats-corim, signed CoRIM";
    private static final String CHAIN = "RFC 9360 section 2";

    private final ImagePolicy policy;
    private final List<Verdict> checks = new ArrayList<>();

    CoseChecks(ImagePolicy policy) {
        this.policy = policy;
    }

    Verdict check(Bytes encoded, Bytes document) {
        CoseSign1 signature;
        List<Certificate> certificates;
        Optional<Long> algorithm;
        try {
            signature = CoseSign1.read(encoded);
            header(signature);
            algorithm = signature.header().algorithm();
            certificates = signature.header().certificates().stream()
                    .map(Certificate::read)
                    .toList();
        } catch (FormatException e) {
            return Check.fail(NAME, e.getMessage(), "a COSE_Sign1 with certificates in X.509", COSE);
        }
        Optional<CoseAlgorithm> known = algorithm.flatMap(CoseAlgorithm::of);
        checks.add(Check.of(
                "algorithm",
                known.isPresent(),
                known.map(CoseAlgorithm::name)
                        .orElse(algorithm.map(Object::toString).orElse("none")),
                known.map(CoseAlgorithm::name).orElse("PS384 (-38) or ES384 (-35)"),
                CORIM));
        known.ifPresent(it -> keys(it, signature, document, certificates));
        checks.add(path(certificates));
        return new Group(NAME, checks);
    }

    private void header(CoseSign1 signature) {
        boolean detached = signature.payload().isEmpty();
        checks.add(Check.of(
                "payload", detached, detached ? "detached" : "attached", "detached", "IGVM, CoRIM signature header"));
        CoseHeader header = signature.header();
        boolean twice = signature.unprotectedHeader().entries().stream()
                .anyMatch(entry -> header.fields().entries().stream()
                        .anyMatch(other -> other.key().equals(entry.key())));
        checks.add(Check.of(
                "header fields",
                !twice,
                twice ? "one is there twice" : "once each",
                "once each",
                "RFC 9052 section 3"));
        String type = header.contentType().orElse("none");
        checks.add(Check.of(
                "content type",
                type.equals("none") || type.equals(CorimSigning.CONTENT_TYPE),
                type,
                "none or " + CorimSigning.CONTENT_TYPE,
                CORIM));
        Optional<String> issuer = header.issuer();
        checks.add(
                issuer.isPresent() || header.hasCorimMeta()
                        ? Check.skipped("issuer", issuer.orElse("in corim-meta"), CORIM, "whoever signs can write it")
                        : Check.skipped(
                                "issuer",
                                "none",
                                CORIM,
                                "neither claims (15) nor corim-meta (8); igvmfilegen refuses such a signature"));
    }

    /** The signature by the certificate's key, and by the keys that are trusted. */
    private void keys(CoseAlgorithm algorithm, CoseSign1 signature, Bytes document, List<Certificate> certificates) {
        Bytes message = signature.toBeSigned(document);
        if (certificates.isEmpty() && policy.corimKeys().isEmpty()) {
            checks.add(Check.missing("signature", COSE, "no certificate in the header, and no key is given"));
            return;
        }
        if (!certificates.isEmpty()) {
            PublicKey key = certificates.get(0).x509().getPublicKey();
            checks.add(key("key of the certificate", algorithm, key));
            checks.add(
                    good("signature by the certificate's key", algorithm.verify(key, message, signature.signature())));
        }
        if (!policy.corimKeys().isEmpty()) {
            boolean good =
                    policy.corimKeys().stream().anyMatch(key -> algorithm.verify(key, message, signature.signature()));
            checks.add(good("signature by a trusted key", good));
        }
    }

    private static Check key(String name, CoseAlgorithm algorithm, PublicKey key) {
        boolean fits = algorithm.fits(key);
        return Check.of(name, fits, key.getAlgorithm(), fits ? key.getAlgorithm() : "one for " + algorithm, CORIM);
    }

    private static Check good(String name, boolean good) {
        return Check.of(name, good, good ? "good" : "bad", "good", COSE);
    }

    private Verdict path(List<Certificate> certificates) {
        if (certificates.isEmpty()) {
            return policy.anchors().isPresent()
                    ? Check.fail("certificates", "none", "a path to a trusted root", CHAIN)
                    : Check.skipped("certificates", "none", CHAIN, "the signature has none");
        }
        if (policy.anchors().isEmpty()) {
            return Check.skipped(
                    "certificates", certificates.get(0).toString(), CHAIN, "no root is given to end at; not judged");
        }
        List<Certificate> pool = new ArrayList<>(certificates.subList(1, certificates.size()));
        pool.addAll(policy.anchors().get().certificates());
        return new PathCheck(
                        EnumSet.allOf(SignatureScheme.class), policy.anchors().get(), policy.at())
                .check("certificates", CertificatePath.build(certificates.get(0), pool));
    }
}
