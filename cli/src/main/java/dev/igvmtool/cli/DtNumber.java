package dev.igvmtool.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Numbers as dtc takes them: decimal, hexadecimal after {@code 0x}, octal after {@code 0}. */
final class DtNumber implements ITypeConverter<Long> {
    @Override
    public Long convert(String value) {
        try {
            long number = Long.decode(value);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new TypeConversionException("found " + value + ", expected a number of at least 0");
    }
}
