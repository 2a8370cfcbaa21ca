package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-384 (FIPS 180-4) of memory, in pieces. */
final class Sha384 {
    private final MessageDigest digest;

    Sha384() {
        try {
            digest = MessageDigest.getInstance("SHA-384");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-384", e);
        }
    }

    /** Hash of one piece of memory. */
    static Bytes of(Bytes content) {
        Sha384 hash = new Sha384();
        hash.add(content);
        return hash.finish();
    }

    void add(Bytes content) {
        digest.update(content.asBuffer());
    }

    Bytes finish() {
        return Bytes.wrap(digest.digest());
    }
}
