package dev.igvmtool.attestation.hcl;

import dev.igvmtool.abi.binary.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/** {@code IgvmAttestHashType}: how the claims are hashed. */
public enum HashType {
    SHA_256("SHA-256"),
    SHA_384("SHA-384"),
    SHA_512("SHA-512");

    private final String text;

    HashType(String text) {
        this.text = text;
    }

    /** Name of the algorithm. */
    public String text() {
        return text;
    }

    /** The hash of {@code content}. */
    Bytes of(Bytes content) {
        try {
            return Bytes.wrap(MessageDigest.getInstance(text).digest(content.toByteArray()));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has " + text, e);
        }
    }

    /** @param value from 1 */
    static Optional<HashType> of(long value) {
        return value >= 1 && value <= values().length ? Optional.of(values()[(int) value - 1]) : Optional.empty();
    }
}
