package dev.igvmtool.format.header;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code IGVM_VHS_PARAMETER_INSERT}: imports a parameter area as unmeasured pages; the area is gone afterwards.
 *
 * @param gpa page-aligned address of the first page
 * @param compatibilityMask platforms the header is for
 * @param parameterAreaIndex which area, unsigned
 */
public record ParameterInsert(
        @U64 long gpa, @U32 int compatibilityMask, @U32 int parameterAreaIndex) implements Directive {
    public static final Codec<ParameterInsert> CODEC = Codec.of(ParameterInsert.class, lookup());

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.parameterInsert(this);
    }
}
