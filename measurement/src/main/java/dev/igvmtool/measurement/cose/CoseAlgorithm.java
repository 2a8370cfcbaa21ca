package dev.igvmtool.measurement.cose;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.measurement.ecdsa.Ecdsa;
import dev.igvmtool.measurement.ecdsa.SignatureEngines;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;
import java.util.Optional;

/** Signature algorithms of CoRIM signatures. Specification: IANA "COSE Algorithms", RFC 8230, RFC 9053. */
public enum CoseAlgorithm {
    /** RSASSA-PSS with SHA-384, MGF1 with the same, salt of 48 bytes. */
    PS384(-38),

    /** ECDSA with SHA-384, here on P-384 only; r and s in 48 bytes each, big endian. */
    ES384(-35);

    private static final int SALT_BYTES = 48;

    private final long id;

    CoseAlgorithm(long id) {
        this.id = id;
    }

    /** The number in a header. */
    public long id() {
        return id;
    }

    /** The algorithm of that number. */
    public static Optional<CoseAlgorithm> of(long id) {
        return List.of(values()).stream().filter(it -> it.id == id).findFirst();
    }

    /** The algorithm that goes with a key, if there is one. */
    public static Optional<CoseAlgorithm> fitting(Key key) {
        return List.of(values()).stream().filter(it -> it.fits(key)).findFirst();
    }

    /** Whether a key is of the kind that this algorithm needs. */
    public boolean fits(Key key) {
        return switch (this) {
            case PS384 -> key.getAlgorithm().equals("RSA") || key.getAlgorithm().equals("RSASSA-PSS");
            case ES384 -> Ecdsa.P384.fits(key);
        };
    }

    /** Whether {@code key} made {@code signature}, which is as COSE has it, over {@code message}. */
    public boolean verify(PublicKey key, Bytes message, Bytes signature) {
        if (!fits(key)) {
            return false;
        }
        return switch (this) {
            case PS384 -> verifyPss(key, message, signature);
            case ES384 -> Ecdsa.P384.verify(key, message, signature);
        };
    }

    private static boolean verifyPss(PublicKey key, Bytes message, Bytes signature) {
        try {
            Signature verifier = Signature.getInstance("RSASSA-PSS");
            verifier.setParameter(pss());
            verifier.initVerify(key);
            verifier.update(message.asBuffer());
            return verifier.verify(signature.toByteArray());
        } catch (GeneralSecurityException e) {
            // What the JDK says to a signature of the wrong length, and to keys too short for the hash.
            return false;
        }
    }

    /**
     * Signs.
     *
     * @throws GeneralSecurityException if the key cannot be used
     */
    public Bytes sign(SignatureEngines engines, PrivateKey key, Bytes message) throws GeneralSecurityException {
        if (this == ES384) {
            return Ecdsa.P384.sign(engines, key, message);
        }
        Signature signer = engines.get("RSASSA-PSS");
        signer.setParameter(pss());
        signer.initSign(key);
        signer.update(message.toByteArray());
        return Bytes.wrap(signer.sign());
    }

    private static PSSParameterSpec pss() {
        return new PSSParameterSpec("SHA-384", "MGF1", MGF1ParameterSpec.SHA384, SALT_BYTES, 1);
    }
}
