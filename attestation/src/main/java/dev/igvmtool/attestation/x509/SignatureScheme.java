package dev.igvmtool.attestation.x509;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.InvalidParameterSpecException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Set;

/** How certificates and lists of a chain are signed; a chain admits one of them, or few. */
public enum SignatureScheme {
    /** RSASSA-PSS, SHA-384, MGF1 with SHA-384, salt of 48 bytes, key of at least 3072 bits. */
    RSA_PSS_SHA384("RSASSA-PSS with SHA-384"),

    /** RSASSA-PKCS1-v1_5 with SHA-256, SHA-384 or SHA-512, key of at least 2048 bits. */
    RSA_PKCS1("RSASSA-PKCS1-v1_5 with SHA-2"),

    /** ECDSA over P-256 with SHA-256. */
    ECDSA_P256_SHA256("ECDSA P-256 with SHA-256"),

    /** ECDSA over P-384 with SHA-384. */
    ECDSA_P384_SHA384("ECDSA P-384 with SHA-384");

    private static final String PSS_OID = "1.2.840.113549.1.1.10";
    private static final Set<String> PKCS1_OIDS =
            Set.of("1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13");
    private static final String ECDSA_SHA256_OID = "1.2.840.10045.4.3.2";
    private static final String ECDSA_SHA384_OID = "1.2.840.10045.4.3.3";
    private static final int MIN_RSA_BITS = 3072;
    private static final int MIN_PKCS1_BITS = 2048;
    private static final int SALT_BYTES = 48;

    private final String text;

    SignatureScheme(String text) {
        this.text = text;
    }

    /** For people. */
    public String text() {
        return text;
    }

    /**
     * True if a signature is of this scheme.
     *
     * @param oid of the algorithm
     * @param parameters of the algorithm in DER, no bytes if there are none
     * @param signer key that made it
     */
    boolean matches(String oid, byte[] parameters, PublicKey signer) {
        return switch (this) {
            case RSA_PSS_SHA384 ->
                oid.equals(PSS_OID)
                        && isPssWithSha384(parameters)
                        && signer instanceof RSAPublicKey rsa
                        && rsa.getModulus().bitLength() >= MIN_RSA_BITS;
            case RSA_PKCS1 ->
                PKCS1_OIDS.contains(oid)
                        && signer instanceof RSAPublicKey rsa
                        && rsa.getModulus().bitLength() >= MIN_PKCS1_BITS;
            case ECDSA_P256_SHA256 -> oid.equals(ECDSA_SHA256_OID) && hasOrderOf(signer, 256);
            case ECDSA_P384_SHA384 -> oid.equals(ECDSA_SHA384_OID) && hasOrderOf(signer, 384);
        };
    }

    private static boolean hasOrderOf(PublicKey key, int bits) {
        return key instanceof ECPublicKey ec && ec.getParams().getOrder().bitLength() == bits;
    }

    private static boolean isPssWithSha384(byte[] der) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
            parameters.init(der);
            PSSParameterSpec spec = parameters.getParameterSpec(PSSParameterSpec.class);
            return spec.getDigestAlgorithm().equals("SHA-384")
                    && spec.getSaltLength() == SALT_BYTES
                    && spec.getMGFParameters() instanceof MGF1ParameterSpec mgf
                    && mgf.getDigestAlgorithm().equals("SHA-384");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has RSASSA-PSS", e);
        } catch (IOException | InvalidParameterSpecException e) {
            return false;
        }
    }
}
