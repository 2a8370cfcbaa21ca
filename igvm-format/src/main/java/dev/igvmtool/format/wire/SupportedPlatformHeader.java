package dev.igvmtool.format.wire;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U16;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;

/**
 * {@code IGVM_VHS_SUPPORTED_PLATFORM}.
 *
 * @param compatibilityMask one bit
 * @param highestVtl 0 or 2
 * @param platformType number of a {@code PlatformType}
 * @param platformVersion 1
 * @param sharedGpaBoundary 0 if there is none
 */
public record SupportedPlatformHeader(
        @U32 int compatibilityMask,
        @U8 int highestVtl,
        @U8 int platformType,
        @U16 int platformVersion,
        @U64 long sharedGpaBoundary) {
    public static final Codec<SupportedPlatformHeader> CODEC = Codec.of(SupportedPlatformHeader.class, lookup());
}
