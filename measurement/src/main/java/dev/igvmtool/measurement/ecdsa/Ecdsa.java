package dev.igvmtool.measurement.ecdsa;

import dev.igvmtool.abi.binary.Bytes;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Optional;

/** ECDSA on one curve with the hash function that goes with it. Signatures are r and s, big endian, one after the other. */
public enum Ecdsa {
    /** P-256 with SHA-256. */
    P256("secp256r1", 32, "SHA256with"),

    /** P-384 with SHA-384. */
    P384("secp384r1", 48, "SHA384with");

    private static final String RAW = "ECDSAinP1363Format";
    private static final String DER = "ECDSA";

    private final String curveName;
    private final int numberBytes;
    private final String hash;

    Ecdsa(String curveName, int numberBytes, String hash) {
        this.curveName = curveName;
        this.numberBytes = numberBytes;
        this.hash = hash;
    }

    /** Bytes of each of x, y, r and s. */
    public int numberBytes() {
        return numberBytes;
    }

    /** Whether a key is for this curve. */
    public boolean fits(Key key) {
        if (key instanceof ECKey ec) {
            return ec.getParams().getCurve().equals(parameters().getCurve());
        }
        // A key in a token does not show its curve.
        return key instanceof PrivateKey && key.getAlgorithm().equals("EC");
    }

    /**
     * The key of a point.
     *
     * @param x big endian
     * @param y big endian
     * @return empty if the point is not on the curve
     */
    public Optional<PublicKey> key(Bytes x, Bytes y) {
        ECPoint point = new ECPoint(new BigInteger(1, x.toByteArray()), new BigInteger(1, y.toByteArray()));
        ECParameterSpec curve = parameters();
        if (!isOn(curve, point)) {
            return Optional.empty();
        }
        try {
            return Optional.of(KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, curve)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has " + this, e);
        }
    }

    /** The point of a key: x and y, big endian, one after the other. */
    public Bytes point(PublicKey key) {
        if (!fits(key) || !(key instanceof ECPublicKey ec)) {
            throw new IllegalArgumentException("a key of kind " + key.getAlgorithm() + " for " + this);
        }
        return join(ec.getW().getAffineX(), ec.getW().getAffineY());
    }

    /** y² = x³ + ax + b; the JDK does not look when it makes a key of a point. */
    private static boolean isOn(ECParameterSpec curve, ECPoint point) {
        BigInteger p = ((ECFieldFp) curve.getCurve().getField()).getP();
        BigInteger x = point.getAffineX();
        BigInteger y = point.getAffineY();
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

    /** Whether r and s can be those of a signature at all: from 1 to the order of the curve, exclusive. */
    public boolean isInRange(Bytes signature) {
        if (signature.size() != 2 * numberBytes) {
            return false;
        }
        BigInteger order = parameters().getOrder();
        BigInteger r = new BigInteger(1, signature.slice(0, numberBytes).toByteArray());
        BigInteger s = new BigInteger(1, signature.from(numberBytes).toByteArray());
        return r.signum() > 0 && s.signum() > 0 && r.compareTo(order) < 0 && s.compareTo(order) < 0;
    }

    /** Whether {@code key} made {@code signature} over {@code message}. */
    public boolean verify(PublicKey key, Bytes message, Bytes signature) {
        if (!fits(key) || !isInRange(signature)) {
            return false;
        }
        try {
            Signature verifier = Signature.getInstance(hash + RAW);
            verifier.initVerify(key);
            verifier.update(message.asBuffer());
            return verifier.verify(signature.toByteArray());
        } catch (GeneralSecurityException e) {
            // What the JDK says to a malformed signature.
            return false;
        }
    }

    /**
     * Signs, with a nonce that the provider of the key chooses.
     *
     * @throws GeneralSecurityException if the key cannot be used
     */
    public Bytes sign(SignatureEngines engines, PrivateKey key, Bytes message) throws GeneralSecurityException {
        // Not in the bare form, which tokens need not know.
        Signature signer = engines.get(hash + DER);
        signer.initSign(key);
        signer.update(message.toByteArray());
        return ofDer(Bytes.wrap(signer.sign()));
    }

    /**
     * Signature in DER, {@code SEQUENCE { INTEGER r, INTEGER s }}, as bare numbers.
     *
     * @throws dev.igvmtool.abi.binary.FormatException if it is no such sequence, or its numbers are too large
     */
    public Bytes ofDer(Bytes der) {
        DerSignature signature = DerSignature.read(der, numberBytes);
        return join(signature.r(), signature.s());
    }

    private Bytes join(BigInteger first, BigInteger second) {
        byte[] joined = new byte[2 * numberBytes];
        put(first, joined, 0);
        put(second, joined, numberBytes);
        return Bytes.wrap(joined);
    }

    private void put(BigInteger number, byte[] target, int offset) {
        byte[] bytes = number.toByteArray();
        int length = Math.min(bytes.length, numberBytes);
        System.arraycopy(bytes, bytes.length - length, target, offset + numberBytes - length, length);
    }

    private ECParameterSpec parameters() {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(curveName));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has " + this, e);
        }
    }
}
