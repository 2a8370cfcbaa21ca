package dev.igvmtool.cli;

import dev.igvmtool.document.ByteSize;
import java.util.OptionalLong;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Sizes on the command line, in the forms of {@link ByteSize}. */
final class SizeText implements ITypeConverter<Long> {
    @Override
    public Long convert(String value) {
        OptionalLong size = ByteSize.parse(value);
        if (size.isPresent() && size.getAsLong() >= 0) {
            return size.getAsLong();
        }
        throw new TypeConversionException("'" + value + "' is not a size, expected a number with K, M, G or T");
    }
}
