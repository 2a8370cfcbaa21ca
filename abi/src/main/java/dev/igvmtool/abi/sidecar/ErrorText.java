package dev.igvmtool.abi.sidecar;

import dev.igvmtool.abi.binary.Bytes;
import java.nio.charset.StandardCharsets;

/** {@code CommandErr}: an error text as a length byte and at most 255 bytes of UTF-8. */
public final class ErrorText {
    private ErrorText() {}

    /** The text in UTF-8, cut at the end of a character so that it fits. */
    public static Bytes cut(String text) {
        byte[] all = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(all.length, SidecarLimits.MAX_ERROR_BYTES);
        while (length < all.length && (all[length] & 0xc0) == 0x80) {
            length--;
        }
        return Bytes.wrap(all).slice(0, length);
    }

    /** Length byte and text, padded with zeros to 256 bytes. */
    public static Bytes field(String text) {
        Bytes cut = cut(text);
        byte[] field = new byte[1 + SidecarLimits.MAX_ERROR_BYTES];
        field[0] = (byte) cut.size();
        cut.copyTo(0, field, 1, cut.size());
        return Bytes.wrap(field);
    }
}
