package dev.igvmtool.attestation;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.x509.Pem;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;

/** Binary content that was sent as text: hexadecimal, base64, URL-encoded PEM. */
final class TextForm {
    private static final Pattern HEX = Pattern.compile("(0[xX])?([0-9a-fA-F]{2})+");
    private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/]{8,}={0,2}");
    private static final int MIN_BYTES = 64;
    private static final int MAX_BYTES = 4 << 20;

    private TextForm() {}

    /** The binary content, or the bytes themselves if they are no such text. */
    static Bytes decode(Bytes bytes) {
        if (bytes.size() < MIN_BYTES || bytes.size() > MAX_BYTES || !isText(bytes)) {
            return bytes;
        }
        String text = new String(bytes.toByteArray(), StandardCharsets.US_ASCII);
        if (text.startsWith("-----BEGIN%20")) {
            return urlDecoded(text, bytes);
        }
        if (Pem.isPem(bytes)) {
            return bytes;
        }
        String dense = text.replaceAll("\\s", "");
        if (HEX.matcher(dense).matches()) {
            return Bytes.fromHex(dense.substring(dense.startsWith("0x") || dense.startsWith("0X") ? 2 : 0));
        }
        if (BASE64.matcher(dense).matches()) {
            try {
                return Bytes.wrap(Base64.getDecoder().decode(dense));
            } catch (IllegalArgumentException e) {
                return bytes;
            }
        }
        return bytes;
    }

    private static Bytes urlDecoded(String text, Bytes otherwise) {
        try {
            return Bytes.utf8(URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            return otherwise;
        }
    }

    private static boolean isText(Bytes bytes) {
        for (int i = 0; i < bytes.size(); i++) {
            int character = bytes.u8(i);
            if (character >= 0x7f || character < ' ' && character != '\n' && character != '\r' && character != '\t') {
                return false;
            }
        }
        return true;
    }
}
