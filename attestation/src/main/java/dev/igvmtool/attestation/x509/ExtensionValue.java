package dev.igvmtool.attestation.x509;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.io.IOException;
import java.math.BigInteger;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;

/**
 * What a certificate extension holds, without the octet string around it.
 *
 * @param oid of the extension, for messages
 * @param content usually one value in DER
 */
public record ExtensionValue(String oid, Bytes content) {
    private static final int MAX_TEXT = 256;

    /** The content of an extension as {@code X509Certificate} hands it out. */
    static ExtensionValue ofOctetString(String oid, byte[] der) {
        return new ExtensionValue(
                oid, Bytes.wrap(ASN1OctetString.getInstance(der).getOctets()));
    }

    /**
     * The content as a DER value.
     *
     * @throws FormatException if it is anything else
     */
    public ASN1Primitive value() {
        if (content.isEmpty()) {
            throw new FormatException("certificate extension " + oid + " is empty");
        }
        try {
            return ASN1Primitive.fromByteArray(content.toByteArray());
        } catch (IOException | RuntimeException e) {
            // The parser answers malformed content with several kinds of exception.
            throw new FormatException("certificate extension " + oid + " is not DER");
        }
    }

    /**
     * A number from 0 to {@code max}.
     *
     * @throws FormatException if it is anything else
     */
    public int integer(int max) {
        if (value() instanceof ASN1Integer number) {
            BigInteger value = number.getValue();
            if (value.signum() >= 0 && value.compareTo(BigInteger.valueOf(max)) <= 0) {
                return value.intValue();
            }
        }
        throw new FormatException("certificate extension " + oid + " is no integer from 0 to " + max);
    }

    /**
     * A text of ASCII characters.
     *
     * @throws FormatException if it is anything else
     */
    public String text() {
        if (value() instanceof ASN1IA5String text && text.getString().length() <= MAX_TEXT) {
            return text.getString();
        }
        throw new FormatException("certificate extension " + oid + " is no text");
    }
}
