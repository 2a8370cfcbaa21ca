package dev.igvmtool.format.wire;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code IGVM_VHS_PARAMETER_AREA}.
 *
 * @param numberOfBytes of the area, unsigned
 * @param parameterAreaIndex name of the area
 * @param fileOffset of as many bytes of content; 0 means zeros
 */
public record ParameterAreaHeader(
        @U64 long numberOfBytes,
        @U32 int parameterAreaIndex,
        @U32 long fileOffset) {
    public static final Codec<ParameterAreaHeader> CODEC = Codec.of(ParameterAreaHeader.class, lookup());
}
