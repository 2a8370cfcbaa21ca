package dev.igvmtool.attestation.x509;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.io.ByteArrayInputStream;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.util.List;

/**
 * A certificate revocation list with the bytes it was read from.
 *
 * @param der all of the list
 * @param x509 the same, read
 */
public record RevocationList(Bytes der, X509CRL x509) {
    static final String LABEL = "X509 CRL";

    /** Longer ones are refused unread. */
    private static final int MAX_BYTES = 4 << 20;

    /**
     * One list in DER.
     *
     * @throws FormatException if it is not exactly one list
     */
    public static RevocationList read(Bytes der) {
        if (der.size() > MAX_BYTES) {
            throw new FormatException("revocation list of " + der.size() + " bytes, expected at most " + MAX_BYTES);
        }
        try {
            X509CRL x509 = (X509CRL)
                    CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der.toByteArray()));
            if (!Bytes.wrap(x509.getEncoded()).equals(der)) {
                throw new FormatException("bytes after the end of the revocation list");
            }
            return new RevocationList(der, x509);
        } catch (CertificateException | CRLException e) {
            throw new FormatException("not an X.509 revocation list in DER: " + Certificate.reason(e));
        }
    }

    /** The lists among PEM blocks. */
    static List<RevocationList> of(List<Pem.Block> blocks) {
        return blocks.stream()
                .filter(block -> block.label().equals(LABEL))
                .map(block -> read(block.content()))
                .toList();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RevocationList that && der.equals(that.der);
    }

    @Override
    public int hashCode() {
        return der.hashCode();
    }
}
