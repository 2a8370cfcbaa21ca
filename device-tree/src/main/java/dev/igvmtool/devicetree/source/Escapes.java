package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.devicetree.live.Place;
import java.io.ByteArrayOutputStream;

/** The escapes of strings and characters: those of C. */
final class Escapes {
    private Escapes() {}

    /** @param text between the quotes, one character for each byte */
    static Bytes decode(String text, Place place) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); ) {
            char c = text.charAt(i++);
            if (c != '\\' || i == text.length()) {
                out.write(c);
                continue;
            }
            char escape = text.charAt(i++);
            int digits = 0;
            switch (escape) {
                case 'a' -> out.write(7);
                case 'b' -> out.write('\b');
                case 't' -> out.write('\t');
                case 'n' -> out.write('\n');
                case 'v' -> out.write(11);
                case 'f' -> out.write('\f');
                case 'r' -> out.write('\r');
                case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                    i--;
                    digits = digits(text, i, 8, 3);
                    out.write(Integer.parseInt(text.substring(i, i + digits), 8));
                }
                case 'x' -> {
                    digits = digits(text, i, 16, 2);
                    if (digits == 0) {
                        throw new SourceError(
                                place, "'\\x' without a digit, expected one or two hexadecimal digits", true);
                    }
                    out.write(Integer.parseInt(text.substring(i, i + digits), 16));
                }
                default -> out.write(escape);
            }
            i += digits;
        }
        return Bytes.wrap(out.toByteArray());
    }

    private static int digits(String text, int from, int radix, int most) {
        int count = 0;
        while (count < most && from + count < text.length() && Character.digit(text.charAt(from + count), radix) >= 0) {
            count++;
        }
        return count;
    }
}
