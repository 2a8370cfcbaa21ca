package dev.igvmtool.format.wire;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;

/**
 * {@code IGVM_VHS_CORIM_DOCUMENT}.
 *
 * @param compatibilityMask platforms the header is for
 * @param fileOffset of the content; 0 means none
 * @param sizeBytes of the content
 * @param reserved zero
 */
public record CorimHeader(
        @U32 int compatibilityMask,
        @U32 long fileOffset,
        @U32 long sizeBytes,
        @U32 int reserved) {
    public static final Codec<CorimHeader> CODEC = Codec.of(CorimHeader.class, lookup());
}
