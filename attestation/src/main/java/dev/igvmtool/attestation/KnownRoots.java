package dev.igvmtool.attestation;

import dev.igvmtool.attestation.x509.TrustAnchors;
import java.util.List;
import java.util.Map;

/** The roots of AMD and Intel, by their SHA-256. The certificates themselves come with the evidence. */
public final class KnownRoots {
    private static final Map<String, String> FINGERPRINTS = Map.of(
            "69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd", "ARK-Milan",
            "4c6598d19c18719c5dfd4a7d335f674e5bfe1d8f800cea2cf270c10d103db2f1", "ARK-Genoa",
            "1f084161a44bb6d93778a904877d4819cafa5d05ef4193b2ded9dd9c73dd3f6a", "ARK-Turin",
            "44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3", "Intel SGX Root CA");

    private KnownRoots() {}

    /** All of them. */
    public static TrustAnchors anchors() {
        return new TrustAnchors(FINGERPRINTS, List.of());
    }
}
