package dev.igvmtool.format.header;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code IGVM_VHS_ERROR_RANGE}: shared memory in which the guest tells the host of errors.
 *
 * @param gpa page-aligned start
 * @param compatibilityMask platforms the header is for
 * @param sizeBytes a multiple of 4096
 */
public record ErrorRange(
        @U64 long gpa, @U32 int compatibilityMask, @U32 long sizeBytes) implements Directive {
    public static final Codec<ErrorRange> CODEC = Codec.of(ErrorRange.class, lookup());

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.errorRange(this);
    }
}
