package dev.igvmtool.attestation.made;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.attestation.x509.RevocationList;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes certificates and revocation lists. */
public final class MadeCertificates {
    private static final BouncyCastleProvider PROVIDER = new BouncyCastleProvider();

    private MadeCertificates() {}

    /** A key with its certificate. */
    public record Identity(KeyPair keys, Certificate certificate) {
        X500Name name() {
            return X500Name.getInstance(
                    certificate.x509().getSubjectX500Principal().getEncoded());
        }
    }

    /** What is put into a certificate; starts as a usable one. */
    public static final class Draft {
        private final String name;
        private final KeyPair keys;
        private BigInteger serial = BigInteger.ONE;
        private Instant from = Instant.parse("2020-01-01T00:00:00Z");
        private Instant until = Instant.parse("2040-01-01T00:00:00Z");
        private boolean authority;
        private String algorithm = "SHA384WITHRSAANDMGF1";
        private String listAddress = "";
        private final Map<String, Object> extensions = new LinkedHashMap<>();

        public Draft(String name, KeyPair keys) {
            this.name = name;
            this.keys = keys;
        }

        public Draft serial(long value) {
            serial = BigInteger.valueOf(value);
            return this;
        }

        public Draft from(Instant value) {
            from = value;
            return this;
        }

        public Draft until(Instant value) {
            until = value;
            return this;
        }

        public Draft authority() {
            authority = true;
            return this;
        }

        public Draft algorithm(String value) {
            algorithm = value;
            return this;
        }

        public Draft listAddress(String value) {
            listAddress = value;
            return this;
        }

        public Draft extension(String oid, ASN1Encodable value) {
            extensions.put(oid, value);
            return this;
        }

        public Draft rawExtension(String oid, Bytes value) {
            extensions.put(oid, value.toByteArray());
            return this;
        }

        public Identity selfSigned() {
            return issue(new X500Name(name), keys.getPrivate());
        }

        public Identity by(Identity issuer) {
            return issue(issuer.name(), issuer.keys().getPrivate());
        }

        private Identity issue(X500Name issuer, PrivateKey key) {
            try {
                JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                        issuer, serial, Date.from(from), Date.from(until), new X500Name(name), keys.getPublic());
                if (authority) {
                    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
                    builder.addExtension(
                            Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
                }
                if (!listAddress.isEmpty()) {
                    builder.addExtension(Extension.cRLDistributionPoints, false, distributionPoint(listAddress));
                }
                for (Map.Entry<String, Object> extension : extensions.entrySet()) {
                    ASN1ObjectIdentifier oid = new ASN1ObjectIdentifier(extension.getKey());
                    if (extension.getValue() instanceof byte[] raw) {
                        builder.addExtension(oid, false, raw);
                    } else {
                        builder.addExtension(oid, false, (ASN1Encodable) extension.getValue());
                    }
                }
                byte[] der = builder.build(signer(algorithm, key)).getEncoded();
                return new Identity(keys, Certificate.read(Bytes.wrap(der)));
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    private static CRLDistPoint distributionPoint(String address) {
        GeneralNames names = new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, address));
        return new CRLDistPoint(
                new DistributionPoint[] {new DistributionPoint(new DistributionPointName(names), null, null)});
    }

    private static ContentSigner signer(String algorithm, PrivateKey key) throws Exception {
        return new JcaContentSignerBuilder(algorithm).setProvider(PROVIDER).build(key);
    }

    /** A list of an issuer with these serial numbers. */
    public static RevocationList list(Identity issuer, String algorithm, Instant from, Instant until, long... serials) {
        try {
            X509v2CRLBuilder builder = new X509v2CRLBuilder(issuer.name(), Date.from(from));
            builder.setNextUpdate(Date.from(until));
            for (long serial : serials) {
                builder.addCRLEntry(BigInteger.valueOf(serial), Date.from(from), 0);
            }
            byte[] der =
                    builder.build(signer(algorithm, issuer.keys().getPrivate())).getEncoded();
            return RevocationList.read(Bytes.wrap(der));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** An RSA key, large enough to be admitted. */
    public static KeyPair rsa() {
        return keys("RSA", "3072");
    }

    /** A key on {@code secp256r1} or {@code secp384r1}. */
    public static KeyPair ec(String curve) {
        return keys("EC", curve);
    }

    private static KeyPair keys(String algorithm, String parameter) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (algorithm.equals("RSA")) {
                generator.initialize(Integer.parseInt(parameter), new SecureRandom());
            } else {
                generator.initialize(new ECGenParameterSpec(parameter), new SecureRandom());
            }
            return generator.generateKeyPair();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** PEM text of certificates. */
    public static Bytes pem(List<Certificate> certificates) {
        List<String> blocks = new ArrayList<>();
        for (Certificate certificate : certificates) {
            String base64 = java.util.Base64.getMimeEncoder(64, new byte[] {'\n'})
                    .encodeToString(certificate.der().toByteArray());
            blocks.add("-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n");
        }
        return Bytes.utf8(String.join("", blocks));
    }
}
