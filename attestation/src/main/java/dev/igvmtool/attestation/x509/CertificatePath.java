package dev.igvmtool.attestation.x509;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A certificate and those that vouch for it.
 *
 * @param certificates the end entity first; each is issued by the next, as far as issuers are known
 */
public record CertificatePath(List<Certificate> certificates) {
    // Three are usual; a loop of issuers ends here.
    private static final int MAX_LENGTH = 6;

    public CertificatePath {
        certificates = List.copyOf(certificates);
        if (certificates.isEmpty()) {
            throw new IllegalArgumentException("a path has an end entity");
        }
    }

    /** The path from {@code leaf} as far as {@code pool} has issuers; ends at a root or at a missing issuer. */
    public static CertificatePath build(Certificate leaf, Collection<Certificate> pool) {
        List<Certificate> path = new ArrayList<>(List.of(leaf));
        Certificate last = leaf;
        while (!last.isSelfIssued() && path.size() < MAX_LENGTH) {
            Optional<Certificate> issuer = issuerOf(last, pool);
            if (issuer.isEmpty()) {
                break;
            }
            last = issuer.get();
            path.add(last);
        }
        return new CertificatePath(path);
    }

    /** The one of that name whose key fits, else the first of that name, so that the verdict can say what is wrong. */
    private static Optional<Certificate> issuerOf(Certificate certificate, Collection<Certificate> pool) {
        List<Certificate> named = pool.stream()
                .filter(candidate -> candidate.subject().equals(certificate.issuer()))
                .distinct()
                .toList();
        if (named.size() == 1) {
            // Whether its key fits is for the verdict to find out; signatures are what verification spends its time on.
            return Optional.of(named.get(0));
        }
        return named.stream()
                .filter(candidate -> isSignedBy(certificate, candidate.x509().getPublicKey()))
                .findFirst()
                .or(() -> named.stream().findFirst());
    }

    static boolean isSignedBy(Certificate certificate, PublicKey key) {
        try {
            certificate.x509().verify(key);
            return true;
        } catch (GeneralSecurityException | RuntimeException e) {
            // The JDK refuses some malformed keys and signatures by RuntimeException.
            return false;
        }
    }

    /** The end entity. */
    public Certificate leaf() {
        return certificates.get(0);
    }

    /** The last one that was found: a root, if the path is complete. */
    public Certificate last() {
        return certificates.get(certificates.size() - 1);
    }

    /** True if the path ends at a certificate that names itself as issuer. */
    public boolean isComplete() {
        return last().isSelfIssued();
    }

    /** The certificate at {@code index}, 0 is the leaf; empty if the path is not that long. */
    public Optional<Certificate> at(int index) {
        return index < certificates.size() ? Optional.of(certificates.get(index)) : Optional.empty();
    }
}
