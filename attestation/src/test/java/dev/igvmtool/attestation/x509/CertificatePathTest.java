package dev.igvmtool.attestation.x509;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.igvmtool.attestation.made.MadeCertificates;
import dev.igvmtool.attestation.made.MadeCertificates.Draft;
import dev.igvmtool.attestation.made.MadeCertificates.Identity;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Outcome;
import java.security.KeyPair;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CertificatePathTest {
    private static Identity made(String name, KeyPair keys, Identity issuer) {
        return new Draft(name, keys).authority().algorithm("SHA384WITHECDSA").by(issuer);
    }

    /** Two authorities that vouch for each other, and nobody for them. */
    @Test
    void aLoopOfIssuersEndsAndFails() {
        KeyPair a = MadeCertificates.ec("secp384r1");
        KeyPair b = MadeCertificates.ec("secp384r1");
        Identity seed =
                new Draft("CN=A", a).authority().algorithm("SHA384WITHECDSA").selfSigned();
        Identity second = made("CN=B", b, seed);
        Identity first = made("CN=A", a, second);
        Identity leaf = new Draft("CN=leaf", MadeCertificates.ec("secp384r1"))
                .algorithm("SHA384WITHECDSA")
                .by(first);
        CertificatePath path =
                CertificatePath.build(leaf.certificate(), List.of(first.certificate(), second.certificate()));
        assertEquals(6, path.certificates().size());
        assertFalse(path.isComplete());
        Group verdict = new PathCheck(
                        Set.of(SignatureScheme.values()), new TrustAnchors(Map.of(), List.of()), Instant.EPOCH)
                .check("path", path);
        assertFalse(verdict.outcome() == Outcome.PASS);
    }
}
