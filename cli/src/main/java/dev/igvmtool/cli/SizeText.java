package dev.igvmtool.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Sizes as people write them: {@code 4096}, {@code 0x1000}, {@code 512M}, {@code 2GiB}. */
final class SizeText implements ITypeConverter<Long> {
    private static final Pattern FORM = Pattern.compile("(0[xX][0-9a-fA-F]{1,15}|[0-9]{1,18})([KMGT]?)(?:i?[bB])?");

    @Override
    public Long convert(String value) {
        Matcher matcher = FORM.matcher(value);
        if (matcher.matches()) {
            int shift = matcher.group(2).isEmpty() ? 0 : 10 * ("KMGT".indexOf(matcher.group(2)) + 1);
            long number = number(matcher.group(1));
            if (number <= Long.MAX_VALUE >> shift) {
                return number << shift;
            }
        }
        throw new TypeConversionException("'" + value + "' is not a size, expected a number with K, M, G or T");
    }

    private static long number(String text) {
        return text.startsWith("0x") || text.startsWith("0X")
                ? Long.parseLong(text.substring(2), 16)
                : Long.parseLong(text);
    }
}
