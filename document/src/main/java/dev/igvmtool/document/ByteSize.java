package dev.igvmtool.document;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers of bytes as people write them: {@code 4096}, {@code 0x1000}, {@code 512M}, {@code 2GiB}. */
public final class ByteSize {
    private static final Pattern FORM = Pattern.compile("(0[xX][0-9a-fA-F]+)|([0-9]+)(?:([KMGT])(?:i?[bB])?)?");
    private static final Pattern NUMBER = Pattern.compile("0[xX][0-9a-fA-F]{1,16}|0|[1-9][0-9]{0,19}");

    private ByteSize() {}

    /** The number of bytes, unsigned; empty if {@code text} has another form or the number reaches 2^64. */
    public static OptionalLong parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return OptionalLong.empty();
        }
        if (matcher.group(1) != null) {
            return number(matcher.group(1));
        }
        int shift = matcher.group(3) == null ? 0 : 10 * ("KMGT".indexOf(matcher.group(3)) + 1);
        OptionalLong number = number(matcher.group(2));
        return number.isPresent() && Long.compareUnsigned(number.getAsLong(), -1L >>> shift) <= 0
                ? OptionalLong.of(number.getAsLong() << shift)
                : OptionalLong.empty();
    }

    /** A number without a unit, in decimal or with {@code 0x} before it, unsigned; a decimal one has no zeros before it. */
    static OptionalLong number(String text) {
        if (!NUMBER.matcher(text).matches()) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(
                    text.startsWith("0x") || text.startsWith("0X")
                            ? Long.parseUnsignedLong(text.substring(2), 16)
                            : Long.parseUnsignedLong(text));
        } catch (NumberFormatException e) {
            // Past 2^64.
            return OptionalLong.empty();
        }
    }
}
