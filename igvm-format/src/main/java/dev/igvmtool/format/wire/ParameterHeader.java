package dev.igvmtool.format.wire;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;

/**
 * {@code IGVM_VHS_PARAMETER}.
 *
 * @param parameterAreaIndex which area
 * @param byteOffset where in the area
 */
public record ParameterHeader(
        @U32 int parameterAreaIndex, @U32 long byteOffset) {
    public static final Codec<ParameterHeader> CODEC = Codec.of(ParameterHeader.class, lookup());
}
