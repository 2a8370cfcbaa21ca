package dev.igvmtool.attestation.x509;

import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Verdict;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Judges a path link by link: validity, signature, the issuer's right to issue, and that it ends at a trusted root.
 * Revocation is judged apart, by {@link RevocationCheck}.
 *
 * @param schemes that are admitted for all signatures of the path
 * @param anchors roots to end at
 * @param at time of validity
 */
public record PathCheck(Set<SignatureScheme> schemes, TrustAnchors anchors, Instant at) {
    static final String CLAUSE = "RFC 5280 section 6.1";
    private static final int KEY_CERT_SIGN = 5;

    public PathCheck {
        schemes = Set.copyOf(schemes);
    }

    /** One group for each certificate, and one check of the root. */
    public Group check(String name, CertificatePath path) {
        List<Verdict> children = new ArrayList<>();
        for (int i = 0; i < path.certificates().size(); i++) {
            Certificate certificate = path.certificates().get(i);
            Optional<Certificate> issuer = certificate.isSelfIssued() ? Optional.of(certificate) : path.at(i + 1);
            children.add(certificate(certificate, issuer, i));
        }
        children.add(root(path));
        return new Group(name, children);
    }

    private Group certificate(Certificate certificate, Optional<Certificate> issuer, int depth) {
        List<Verdict> checks = new ArrayList<>();
        checks.add(validity("validity", certificate, at));
        checks.add(signature(certificate, issuer));
        if (depth > 0) {
            checks.add(mayIssue(certificate, depth - 1));
        }
        checks.add(Check.of(
                "critical extensions",
                !certificate.x509().hasUnsupportedCriticalExtension(),
                certificate.x509().hasUnsupportedCriticalExtension()
                        ? "unknown ones among " + certificate.x509().getCriticalExtensionOIDs()
                        : "all known",
                "all known",
                "RFC 5280 section 4.2"));
        return new Group(describe(certificate), checks);
    }

    private static String describe(Certificate certificate) {
        String name = certificate.commonName();
        return (name.isEmpty() ? "certificate without common name" : name) + ", serial 0x"
                + certificate.x509().getSerialNumber().toString(16) + ", SHA-256 " + certificate.fingerprint();
    }

    /** Whether a certificate is valid at a time. */
    public static Check validity(String name, Certificate certificate, Instant at) {
        Instant from = certificate.x509().getNotBefore().toInstant();
        Instant until = certificate.x509().getNotAfter().toInstant();
        String note = at.isBefore(from) ? "not yet valid" : at.isAfter(until) ? "expired" : "";
        return Check.of(name, note.isEmpty(), from + " to " + until, time(at) + " within", "RFC 5280 section 4.1.2.5")
                .withNote(note);
    }

    static String time(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private Check signature(Certificate certificate, Optional<Certificate> issuer) {
        String expected = schemes.stream().map(SignatureScheme::text).sorted().collect(Collectors.joining(" or "));
        String clause = "RFC 5280 section 6.1.3 (a)(1)";
        if (issuer.isEmpty()) {
            return Check.missing(
                    "signature",
                    clause,
                    "the certificate of the issuer is not there: "
                            + Certificate.attribute(certificate.issuer(), "CN").orElse("(no common name)"));
        }
        byte[] parameters = certificate.x509().getSigAlgParams();
        Optional<SignatureScheme> scheme = schemes.stream()
                .filter(it -> it.matches(
                        certificate.x509().getSigAlgOID(),
                        parameters == null ? new byte[0] : parameters,
                        issuer.get().x509().getPublicKey()))
                .findFirst();
        if (scheme.isEmpty()) {
            return Check.fail(
                    "signature",
                    certificate.x509().getSigAlgName() + " or parameters or key that are not admitted",
                    expected,
                    clause);
        }
        boolean good =
                CertificatePath.isSignedBy(certificate, issuer.get().x509().getPublicKey());
        String by = certificate.isSelfIssued() ? "itself" : issuer.get().commonName();
        return Check.of(
                        "signature",
                        good,
                        good ? scheme.get().text() : "bad",
                        good ? expected : "good, by the key of " + by,
                        clause)
                .withNote(good ? "by " + by : "");
    }

    /** @param below number of certificates between this one and the end entity */
    private static Check mayIssue(Certificate certificate, int below) {
        boolean[] usage = certificate.x509().getKeyUsage();
        int pathLength = certificate.x509().getBasicConstraints();
        boolean usageAllows = usage == null || usage.length > KEY_CERT_SIGN && usage[KEY_CERT_SIGN];
        String found = pathLength < 0
                ? "no authority"
                : "authority" + (usageAllows ? "" : ", but its key may not sign certificates")
                        + (pathLength < below ? ", but not for a path this long" : "");
        return Check.of(
                "may issue certificates",
                pathLength >= below && usageAllows,
                found,
                "authority",
                "RFC 5280 sections 4.2.1.3, 4.2.1.9");
    }

    private Check root(CertificatePath path) {
        Certificate last = path.last();
        String expected =
                anchors.fingerprints().values().stream().distinct().sorted().collect(Collectors.joining(", "));
        if (!path.isComplete()) {
            return Check.missing(
                    "trusted root", CLAUSE, "the path ends at " + last.commonName() + ", whose issuer is not there");
        }
        Optional<String> name = anchors.trusts(last);
        return Check.of(
                        "trusted root",
                        name.isPresent(),
                        name.orElse(last.commonName()) + ", SHA-256 " + last.fingerprint(),
                        name.isPresent() ? name.get() + ", SHA-256 " + last.fingerprint() : "one of " + expected,
                        CLAUSE)
                .withNote(name.isPresent() ? "trusted by its fingerprint" : "a root that nobody trusts here");
    }
}
