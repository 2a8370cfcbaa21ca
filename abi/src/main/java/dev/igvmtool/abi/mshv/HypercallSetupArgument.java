package dev.igvmtool.abi.mshv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code hcl_hvcall_setup}, 16 bytes: which hypercalls the file may issue.
 *
 * @param bitmapBytes bytes of the bitmap
 * @param bitmap address of the bitmap, one bit per call code
 */
public record HypercallSetupArgument(
        @U64 long bitmapBytes, @U64 long bitmap) {
    public static final Codec<HypercallSetupArgument> CODEC = Codec.of(HypercallSetupArgument.class, lookup());
}
