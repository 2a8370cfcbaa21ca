package dev.igvmtool.attestation.x509;

import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Verdict;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Judges whether certificates are revoked, by lists that are given: nothing is fetched.
 *
 * @param schemes admitted for the signature of a list
 * @param lists all that are there
 * @param at time at which a list must be current
 * @param required whether the verdict stays open while a list is missing
 */
public record RevocationCheck(
        Set<SignatureScheme> schemes, Collection<RevocationList> lists, Instant at, boolean required) {
    private static final String CLAUSE = "RFC 5280 section 6.3";
    private static final int CRL_SIGN = 6;

    public RevocationCheck {
        schemes = Set.copyOf(schemes);
        lists = List.copyOf(lists);
    }

    /**
     * Whether {@code certificate} is revoked by its issuer.
     *
     * @param name of the node
     * @param issuer whose key signs both certificate and list
     * @param source where the list can be had, for the reader of a verdict without it
     */
    public Verdict check(String name, Certificate certificate, Certificate issuer, String source) {
        Optional<RevocationList> list = lists.stream()
                .filter(it -> it.x509().getIssuerX500Principal().equals(issuer.subject()))
                .max(Comparator.comparing(it -> it.x509().getThisUpdate()));
        if (list.isEmpty()) {
            String why =
                    "no revocation list of " + issuer.commonName() + " is given" + others() + "; it is at " + source;
            return required ? Check.missing(name, CLAUSE, why) : Check.skipped(name, "", CLAUSE, why);
        }
        return check(name, certificate, issuer, list.get());
    }

    /** Lists that were given and are of no use here, lest they be passed over in silence. */
    private String others() {
        return lists.isEmpty()
                ? ""
                : ", only of "
                        + lists.stream()
                                .map(it -> Certificate.attribute(it.x509().getIssuerX500Principal(), "CN")
                                        .orElse("(no common name)"))
                                .distinct()
                                .sorted()
                                .collect(Collectors.joining(", "));
    }

    private Group check(String name, Certificate certificate, Certificate issuer, RevocationList list) {
        List<Verdict> checks = new ArrayList<>();
        checks.add(signature(issuer, list));
        checks.add(freshness(list));
        checks.add(Check.of(
                "critical extensions",
                !list.x509().hasUnsupportedCriticalExtension(),
                list.x509().hasUnsupportedCriticalExtension() ? "unknown ones" : "all known",
                "all known",
                "RFC 5280 section 5.2"));
        boolean revoked = list.x509().isRevoked(certificate.x509());
        checks.add(Check.of(
                "serial 0x" + certificate.x509().getSerialNumber().toString(16),
                !revoked,
                revoked ? "revoked" : "not listed",
                "not listed",
                CLAUSE));
        return new Group(name, checks);
    }

    private Check signature(Certificate issuer, RevocationList list) {
        byte[] parameters = list.x509().getSigAlgParams();
        boolean admitted = schemes.stream()
                .anyMatch(it -> it.matches(
                        list.x509().getSigAlgOID(),
                        parameters == null ? new byte[0] : parameters,
                        issuer.x509().getPublicKey()));
        boolean[] usage = issuer.x509().getKeyUsage();
        boolean maySign = usage == null || usage.length > CRL_SIGN && usage[CRL_SIGN];
        String found = !admitted
                ? list.x509().getSigAlgName() + ", not admitted"
                : !maySign ? "by a key that may not sign lists" : isSigned(issuer, list) ? "good" : "bad";
        return Check.equal(
                "signature of the list by " + issuer.commonName(), found, "good", "RFC 5280 section 6.3.3 (g)");
    }

    private static boolean isSigned(Certificate issuer, RevocationList list) {
        try {
            list.x509().verify(issuer.x509().getPublicKey());
            return true;
        } catch (GeneralSecurityException | RuntimeException e) {
            return false;
        }
    }

    private Check freshness(RevocationList list) {
        Instant from = list.x509().getThisUpdate().toInstant();
        Date next = list.x509().getNextUpdate();
        boolean current = next != null && !at.isBefore(from) && !at.isAfter(next.toInstant());
        return Check.of(
                "list is current",
                current,
                from + " to " + (next == null ? "no date" : next.toInstant()),
                PathCheck.time(at) + " within",
                "RFC 5280 section 6.3.3");
    }
}
