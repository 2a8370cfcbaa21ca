package dev.igvmtool.format.header;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;

/**
 * {@code IGVM_VHS_CCA_POLICY}: what a realm must be launched with.
 *
 * @param compatibilityMask CCA platforms the policy is for
 * @param reserved zero
 * @param attributesRequiredZeroes attribute bits that must be clear
 * @param attributesRequiredOnes attribute bits that must be set
 * @param hashAlgorithm 0 SHA-256, 1 SHA-512, 2 SHA-384
 * @param lfaPolicy live firmware activation: 0 no, 1 yes
 * @param reserved2 six bytes, zero
 */
public record CcaPolicy(
        @U32 int compatibilityMask,
        @U32 int reserved,
        @U64 long attributesRequiredZeroes,
        @U64 long attributesRequiredOnes,
        @U8 int hashAlgorithm,
        @U8 int lfaPolicy,
        @Fixed(6) Bytes reserved2)
        implements InitializationHeader {
    public static final Codec<CcaPolicy> CODEC = Codec.of(CcaPolicy.class, lookup());

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.ccaPolicy(this);
    }
}
