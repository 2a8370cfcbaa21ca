package dev.igvmtool.measurement;

import dev.igvmtool.abi.binary.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Hash functions of the JDK, which every JDK has, so that no caller has to handle their absence. */
public final class Sha {
    private Sha() {}

    /** A new SHA-256. */
    public static MessageDigest sha256() {
        return of("SHA-256");
    }

    /** A new SHA-384. */
    public static MessageDigest sha384() {
        return of("SHA-384");
    }

    /** SHA-256 of {@code content}. */
    public static Bytes sha256(Bytes content) {
        return hash(sha256(), content);
    }

    /** SHA-384 of {@code content}. */
    public static Bytes sha384(Bytes content) {
        return hash(sha384(), content);
    }

    private static Bytes hash(MessageDigest hash, Bytes content) {
        update(hash, content);
        return Bytes.wrap(hash.digest());
    }

    /** Feeds all of {@code content}. */
    public static void update(MessageDigest hash, Bytes content) {
        hash.update(content.asBuffer());
    }

    /** The hash of everything fed so far; more can follow. */
    public static Bytes soFar(MessageDigest hash) {
        try {
            return Bytes.wrap(((MessageDigest) hash.clone()).digest());
        } catch (CloneNotSupportedException e) {
            throw new AssertionError("the JDK's hash functions can be copied", e);
        }
    }

    /** A new hash of the name that the JDK has for it. */
    public static MessageDigest of(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has " + algorithm, e);
        }
    }
}
