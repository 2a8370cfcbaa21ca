package dev.igvmtool.attestation.sign;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.attestation.x509.Pem;
import dev.igvmtool.measurement.ecdsa.Ecdsa;
import dev.igvmtool.measurement.ecdsa.SignatureEngines;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;

/** Keys in files, as OpenSSL writes them. */
public final class KeyFiles {
    private static final String EC_PARAMETERS = "EC PARAMETERS";

    private KeyFiles() {}

    /**
     * A public key: a certificate or SubjectPublicKeyInfo, in PEM or DER.
     *
     * @throws FormatException if it is something else
     */
    public static PublicKey publicKey(Bytes file) {
        if (Pem.isPem(file)) {
            List<Pem.Block> blocks = Pem.read(file);
            Pem.Block first = blocks.get(0);
            return switch (first.label()) {
                case "CERTIFICATE" -> Certificate.read(first.content()).x509().getPublicKey();
                case "PUBLIC KEY" -> subjectPublicKey(first.content());
                default ->
                    throw new FormatException("PEM block " + first.label() + ", expected CERTIFICATE or PUBLIC KEY");
            };
        }
        try {
            return Certificate.read(file).x509().getPublicKey();
        } catch (FormatException noCertificate) {
            return subjectPublicKey(file);
        }
    }

    private static PublicKey subjectPublicKey(Bytes der) {
        for (String algorithm : List.of("EC", "RSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(der.toByteArray()));
            } catch (GeneralSecurityException other) {
                // The next kind of key.
            }
        }
        throw new FormatException("no public key of kind EC or RSA: neither a certificate nor a SubjectPublicKeyInfo");
    }

    /**
     * A private key in PEM: PKCS#8, SEC 1 or PKCS#1, not encrypted.
     *
     * @throws FormatException if it is something else
     */
    public static Signer signer(Bytes file) {
        if (!Pem.isPem(file)) {
            throw new FormatException("no private key: expected PEM");
        }
        // openssl ecparam -genkey writes the curve in front of the key.
        Pem.Block block = Pem.read(file).stream()
                .filter(it -> !it.label().equals(EC_PARAMETERS))
                .findFirst()
                .orElseThrow(() -> new FormatException("no private key: only " + EC_PARAMETERS));
        try {
            return signer(pkcs8(block));
        } catch (IOException | IllegalArgumentException | GeneralSecurityException e) {
            throw new FormatException("PEM block " + block.label() + " holds no key that can be used");
        }
    }

    private static byte[] pkcs8(Pem.Block block) throws IOException {
        byte[] content = block.content().toByteArray();
        return switch (block.label()) {
            case "PRIVATE KEY" -> content;
            case "EC PRIVATE KEY" -> {
                org.bouncycastle.asn1.sec.ECPrivateKey key =
                        org.bouncycastle.asn1.sec.ECPrivateKey.getInstance(content);
                ASN1Encodable curve = key.getParametersObject();
                yield wrap(
                        X9ObjectIdentifiers.id_ecPublicKey,
                        curve == null ? SECObjectIdentifiers.secp384r1 : curve,
                        key);
            }
            case "RSA PRIVATE KEY" ->
                wrap(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE, RSAPrivateKey.getInstance(content));
            case "ENCRYPTED PRIVATE KEY" ->
                throw new FormatException("the private key is encrypted, expected one that is not: openssl pkey");
            default ->
                throw new FormatException(
                        "PEM block " + block.label() + ", expected PRIVATE KEY, EC PRIVATE KEY or RSA PRIVATE KEY");
        };
    }

    private static byte[] wrap(ASN1ObjectIdentifier algorithm, ASN1Encodable parameters, ASN1Encodable key)
            throws IOException {
        return new PrivateKeyInfo(new AlgorithmIdentifier(algorithm, parameters), key).getEncoded();
    }

    private static Signer signer(byte[] pkcs8) throws GeneralSecurityException {
        PrivateKeyInfo info = PrivateKeyInfo.getInstance(pkcs8);
        boolean ec = info.getPrivateKeyAlgorithm().getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey);
        PrivateKey key = KeyFactory.getInstance(ec ? "EC" : "RSA").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        return new Signer(SignatureEngines.JDK, key, publicKey(key), List.of());
    }

    /** The JDK does not tell the public part of a private key. */
    private static PublicKey publicKey(PrivateKey key) throws GeneralSecurityException {
        if (key instanceof RSAPrivateCrtKey rsa) {
            return KeyFactory.getInstance("RSA")
                    .generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent()));
        }
        if (!(key instanceof ECPrivateKey ec) || !Ecdsa.P384.fits(key)) {
            throw new FormatException("a private key of kind " + key.getAlgorithm() + ", expected P-384 or RSA");
        }
        ECPoint point = new FixedPointCombMultiplier()
                .multiply(CustomNamedCurves.getByName("secp384r1").getG(), ec.getS())
                .normalize();
        return Ecdsa.P384
                .key(
                        coordinate(point.getAffineXCoord().toBigInteger()),
                        coordinate(point.getAffineYCoord().toBigInteger()))
                .orElseThrow();
    }

    private static Bytes coordinate(BigInteger number) {
        return Bytes.wrap(number.toByteArray());
    }
}
