package dev.igvmtool.devicetree;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** NUL-terminated UTF-8 text, as names and string properties are stored. */
final class FdtText {
    private FdtText() {}

    /**
     * The text from {@code offset} up to the next NUL.
     *
     * @param what the thing that holds the text, for messages
     */
    static String untilNul(Bytes source, int offset, String what) {
        int end = offset;
        while (end < source.size() && source.get(end) != 0) {
            end++;
        }
        if (end >= source.size()) {
            throw new FormatException(what + " is text without a terminating NUL");
        }
        ByteBuffer text = source.slice(offset, end - offset).asBuffer();
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
        } catch (CharacterCodingException e) {
            throw new FormatException(String.format("%s is text that is not UTF-8", what));
        }
    }
}
