package dev.igvmtool.attestation.x509;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.measurement.Sha;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

/**
 * An X.509 certificate with the bytes it was read from.
 *
 * @param der all of the certificate
 * @param x509 the same, read
 */
public record Certificate(Bytes der, X509Certificate x509) {
    /** Longer ones are refused unread: real ones have about 2 KiB. */
    static final int MAX_BYTES = 1 << 16;

    private static final String LABEL = "CERTIFICATE";

    /**
     * One certificate in DER.
     *
     * @throws FormatException if it is not exactly one certificate
     */
    public static Certificate read(Bytes der) {
        if (der.size() > MAX_BYTES) {
            throw new FormatException("certificate of " + der.size() + " bytes, expected at most " + MAX_BYTES);
        }
        try {
            X509Certificate x509 = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(der.toByteArray()));
            if (!Bytes.wrap(x509.getEncoded()).equals(der)) {
                throw new FormatException("bytes after the end of the certificate");
            }
            return new Certificate(der, x509);
        } catch (CertificateEncodingException e) {
            throw new FormatException("not an X.509 certificate: it cannot be encoded again");
        } catch (CertificateException e) {
            throw new FormatException("not an X.509 certificate in DER: " + reason(e));
        }
    }

    /**
     * The certificates among PEM blocks, in their order.
     *
     * @throws FormatException if there are other blocks
     */
    public static List<Certificate> of(List<Pem.Block> blocks) {
        return blocks.stream()
                .map(block -> {
                    if (!block.label().equals(LABEL)) {
                        throw new FormatException(
                                "PEM block " + block.label() + " found where only certificates are expected");
                    }
                    return read(block.content());
                })
                .toList();
    }

    /** The first line of what the JDK has to say. */
    static String reason(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("malformed");
    }

    /** Whom it speaks of. */
    public X500Principal subject() {
        return x509.getSubjectX500Principal();
    }

    /** Who issued it. */
    public X500Principal issuer() {
        return x509.getIssuerX500Principal();
    }

    /** True if issuer and subject have the same name, as those of a root have. */
    public boolean isSelfIssued() {
        return subject().equals(issuer());
    }

    /** Common name of the subject, the last one if there are several; empty if there is none. */
    public String commonName() {
        return attribute(subject(), "CN").orElse("");
    }

    /** An attribute of a name, by its short name in RFC 2253: {@code CN}, {@code O}. Empty unless there is exactly one. */
    public static Optional<String> attribute(X500Principal name, String type) {
        try {
            List<String> values = new LdapName(name.getName(X500Principal.RFC2253))
                    .getRdns().stream()
                            .filter(rdn -> rdn.getType().equalsIgnoreCase(type))
                            .map(Rdn::getValue)
                            .map(Object::toString)
                            .toList();
            return values.size() == 1 ? Optional.of(values.get(0)) : Optional.empty();
        } catch (InvalidNameException e) {
            return Optional.empty();
        }
    }

    /** The value of an extension; empty if there is none of that OID. */
    public Optional<ExtensionValue> extension(String oid) {
        byte[] value = x509.getExtensionValue(oid);
        return value == null ? Optional.empty() : Optional.of(ExtensionValue.ofOctetString(oid, value));
    }

    /** OIDs of all extensions. */
    public Set<String> extensions() {
        Set<String> oids = new TreeSet<>();
        Stream.of(x509.getCriticalExtensionOIDs(), x509.getNonCriticalExtensionOIDs())
                .filter(Objects::nonNull)
                .forEach(oids::addAll);
        return oids;
    }

    /** SHA-256 of the certificate, in hex. */
    public String fingerprint() {
        return Sha.sha256(der).toHex();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Certificate that && der.equals(that.der);
    }

    @Override
    public int hashCode() {
        return der.hashCode();
    }

    /** For people: name and fingerprint. */
    @Override
    public String toString() {
        return subject().getName(X500Principal.RFC2253) + ", SHA-256 " + fingerprint();
    }
}
