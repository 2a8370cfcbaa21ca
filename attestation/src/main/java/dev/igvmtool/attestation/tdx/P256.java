package dev.igvmtool.attestation.tdx;

import dev.igvmtool.abi.binary.Bytes;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Optional;

/** ECDSA over P-256 with SHA-256, keys and signatures as quotes carry them: big endian, without encoding. */
final class P256 {
    private static final int NUMBER_BYTES = 32;
    private static final int BITS = 256;

    private P256() {}

    /** The key with that point, X and Y; empty if the point is not on the curve. */
    static Optional<PublicKey> key(Bytes point) {
        BigInteger x = new BigInteger(1, point.slice(0, NUMBER_BYTES).toByteArray());
        BigInteger y = new BigInteger(1, point.from(NUMBER_BYTES).toByteArray());
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp256r1"));
            ECParameterSpec curve = parameters.getParameterSpec(ECParameterSpec.class);
            if (!isOn(curve, x, y)) {
                return Optional.empty();
            }
            return Optional.of(
                    KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(new ECPoint(x, y), curve)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has P-256", e);
        }
    }

    /** y² = x³ + ax + b; the JDK does not look when it makes a key of a point. */
    private static boolean isOn(ECParameterSpec curve, BigInteger x, BigInteger y) {
        BigInteger p = ((ECFieldFp) curve.getCurve().getField()).getP();
        if (x.compareTo(p) >= 0 || y.compareTo(p) >= 0) {
            return false;
        }
        BigInteger right = x.multiply(x)
                .add(curve.getCurve().getA())
                .multiply(x)
                .add(curve.getCurve().getB())
                .mod(p);
        return y.multiply(y).mod(p).equals(right);
    }

    /** True if {@code signature}, r and s, is that of {@code content} by {@code key}. */
    static boolean isSigned(Bytes content, Bytes signature, PublicKey key) {
        if (!(key instanceof ECPublicKey ec) || ec.getParams().getOrder().bitLength() != BITS) {
            return false;
        }
        try {
            Signature verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
            verifier.initVerify(key);
            verifier.update(content.asBuffer());
            return verifier.verify(signature.toByteArray());
        } catch (GeneralSecurityException e) {
            // r or s out of range: no signature at all.
            return false;
        }
    }
}
