package dev.igvmtool.measurement.eventlog;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.measurement.Sha;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/** {@code TPM_ALG_ID} of a hash function: a bank of registers. */
public enum LogHash {
    SHA1(0x4, "SHA-1"),
    SHA256(0xb, "SHA-256"),
    SHA384(0xc, "SHA-384"),
    SHA512(0xd, "SHA-512");

    private final int id;
    private final String algorithm;

    LogHash(int id, String algorithm) {
        this.id = id;
        this.algorithm = algorithm;
    }

    /** The number in a log. */
    public int id() {
        return id;
    }

    /** Bytes of a digest. */
    public int size() {
        return Sha.of(algorithm).getDigestLength();
    }

    /** The hash of all parts, one after the other. */
    public Bytes hash(Bytes... parts) {
        MessageDigest digest = Sha.of(algorithm);
        for (Bytes part : parts) {
            Sha.update(digest, part);
        }
        return Bytes.wrap(digest.digest());
    }

    /** The function of that number. */
    public static Optional<LogHash> of(int id) {
        return List.of(values()).stream().filter(it -> it.id == id).findFirst();
    }
}
