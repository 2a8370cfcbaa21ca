package dev.igvmtool.measurement.snp;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.format.header.SnpPublicKey;
import dev.igvmtool.format.header.SnpSignature;
import dev.igvmtool.measurement.Sha;
import dev.igvmtool.measurement.ecdsa.Ecdsa;
import java.security.PublicKey;
import java.util.Optional;

/**
 * Keys and signatures as the SNP firmware has them: numbers of 72 bytes, little endian, of which P-384 uses 48.
 * Specification: SEV-SNP firmware ABI, chapter 10, and signature formats.
 */
public final class PspForm {
    /** {@code curve} of P-384. */
    public static final int P384_CURVE = 2;

    /** {@code ID_KEY_ALGO}, {@code AUTHOR_KEY_ALGO} of ECDSA P-384 with SHA-384. */
    public static final int ECDSA_P384_SHA384 = 1;

    /** Bytes of a public key. */
    public static final int KEY_BYTES = 0x404;

    /** Bytes of a signature. */
    public static final int SIGNATURE_BYTES = 0x200;

    private static final int NUMBER_BYTES = 72;
    private static final int USED_BYTES = Ecdsa.P384.numberBytes();

    private PspForm() {}

    /** A key of P-384. */
    public static SnpPublicKey key(PublicKey key) {
        Bytes point = Ecdsa.P384.point(key);
        return new SnpPublicKey(
                P384_CURVE, 0, littleEndian(point.slice(0, USED_BYTES)), littleEndian(point.from(USED_BYTES)));
    }

    /** The key, if it is a point on P-384. */
    public static Optional<PublicKey> key(SnpPublicKey key) {
        if (key.curve() != P384_CURVE || !isShort(key.qx()) || !isShort(key.qy())) {
            return Optional.empty();
        }
        return Ecdsa.P384.key(bigEndian(key.qx()), bigEndian(key.qy()));
    }

    /** The firmware's own structure: curve, X, Y, zeros. The header's reserved field is not in it. */
    public static Bytes keyBytes(SnpPublicKey key) {
        return new ByteWriter()
                .u32(Integer.toUnsignedLong(key.curve()))
                .bytes(key.qx())
                .bytes(key.qy())
                .toBytes()
                .paddedTo(KEY_BYTES);
    }

    /** What reports name a key by: SHA-384 of that structure. */
    public static Bytes keyDigest(SnpPublicKey key) {
        return Sha.sha384(keyBytes(key));
    }

    /** A signature given as r and s, big endian. */
    public static SnpSignature signature(Bytes raw) {
        return new SnpSignature(littleEndian(raw.slice(0, USED_BYTES)), littleEndian(raw.from(USED_BYTES)));
    }

    /** r and s, big endian; empty if one is too large for P-384. */
    public static Optional<Bytes> signature(SnpSignature signature) {
        if (!isShort(signature.r()) || !isShort(signature.s())) {
            return Optional.empty();
        }
        return Optional.of(new ByteWriter()
                .bytes(bigEndian(signature.r()))
                .bytes(bigEndian(signature.s()))
                .toBytes());
    }

    /** The firmware's own structure: r, s, zeros. */
    public static Bytes signatureBytes(SnpSignature signature) {
        return new ByteWriter()
                .bytes(signature.r())
                .bytes(signature.s())
                .toBytes()
                .paddedTo(SIGNATURE_BYTES);
    }

    private static boolean isShort(Bytes number) {
        return number.from(USED_BYTES).isZero();
    }

    private static Bytes bigEndian(Bytes number) {
        return reversed(number.slice(0, USED_BYTES));
    }

    private static Bytes littleEndian(Bytes number) {
        return reversed(number).paddedTo(NUMBER_BYTES);
    }

    private static Bytes reversed(Bytes bytes) {
        byte[] reversed = new byte[bytes.size()];
        for (int i = 0; i < reversed.length; i++) {
            reversed[i] = bytes.get(reversed.length - 1 - i);
        }
        return Bytes.wrap(reversed);
    }
}
