package dev.igvmtool.format.wire;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U16;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code IGVM_VHS_VP_CONTEXT}.
 *
 * @param gpa of the VMSA
 * @param compatibilityMask one platform
 * @param fileOffset of the state, never 0
 * @param vpIndex which processor
 * @param reserved zero
 */
public record VpContextHeader(
        @U64 long gpa,
        @U32 int compatibilityMask,
        @U32 long fileOffset,
        @U16 int vpIndex,
        @U16 int reserved) {
    public static final Codec<VpContextHeader> CODEC = Codec.of(VpContextHeader.class, lookup());
}
