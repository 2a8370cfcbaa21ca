package dev.igvmtool.abi.sidecar;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code TranslateGvaRequest}, 16 bytes.
 *
 * @param gvaPage virtual page number
 * @param controlFlags as in {@link dev.igvmtool.abi.hv.TranslateVirtualAddressInput}
 */
public record TranslateRequest(@U64 long gvaPage, @U64 long controlFlags) {
    public static final Codec<TranslateRequest> CODEC = Codec.of(TranslateRequest.class, lookup());
}
