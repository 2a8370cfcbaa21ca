package dev.igvmtool.attestation.sign;

import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.measurement.ecdsa.SignatureEngines;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.List;

/**
 * A private key that can be used.
 *
 * @param engines code that can use the key
 * @param privateKey in memory, or a name for one in a token
 * @param publicKey that belongs to it
 * @param certificates for that key, the key's own first; empty if none came with it
 */
public record Signer(
        SignatureEngines engines, PrivateKey privateKey, PublicKey publicKey, List<Certificate> certificates) {
    public Signer {
        certificates = List.copyOf(certificates);
    }

    /** The same with these certificates. */
    public Signer with(List<Certificate> chain) {
        return new Signer(engines, privateKey, publicKey, chain);
    }
}
