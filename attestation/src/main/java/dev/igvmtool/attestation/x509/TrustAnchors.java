package dev.igvmtool.attestation.x509;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Roots that are trusted: by fingerprint, so that a root may come from anywhere, and as certificates where there are some.
 *
 * @param fingerprints SHA-256 of a root certificate in hex, with its name for people
 * @param certificates roots that complete a chain which comes without
 */
public record TrustAnchors(Map<String, String> fingerprints, List<Certificate> certificates) {
    public TrustAnchors {
        fingerprints = Map.copyOf(fingerprints);
        certificates = List.copyOf(certificates);
    }

    /** These roots and no others. */
    public static TrustAnchors of(List<Certificate> roots) {
        Map<String, String> fingerprints = new TreeMap<>();
        roots.forEach(root -> fingerprints.put(root.fingerprint(), root.commonName()));
        return new TrustAnchors(fingerprints, roots);
    }

    /** The name under which a root is trusted; empty if it is not. */
    public Optional<String> trusts(Certificate root) {
        return Optional.ofNullable(fingerprints.get(root.fingerprint()));
    }
}
