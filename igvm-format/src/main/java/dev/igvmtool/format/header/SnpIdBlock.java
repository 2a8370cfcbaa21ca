package dev.igvmtool.format.header;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U8;

/**
 * {@code IGVM_VHS_SNP_ID_BLOCK}: what the SNP firmware compares the launch with, and who says so.
 *
 * @param compatibilityMask platforms the header is for
 * @param authorKeyEnabled 1 if the author fields are in use
 * @param reserved three bytes, kept
 * @param ld launch digest, 48 bytes
 * @param familyId 16 bytes
 * @param imageId 16 bytes
 * @param version of the ID block
 * @param guestSvn security version of the guest
 * @param idKeyAlgorithm 1 is ECDSA P-384 with SHA-384
 * @param authorKeyAlgorithm 1 is ECDSA P-384 with SHA-384
 * @param idKeySignature over the firmware form of the block
 * @param idPublicKey key of that signature
 * @param authorKeySignature over the firmware form of the ID key
 * @param authorPublicKey key of that signature
 */
public record SnpIdBlock(
        @U32 int compatibilityMask,
        @U8 int authorKeyEnabled,
        @Fixed(3) Bytes reserved,
        @Fixed(48) Bytes ld,
        @Fixed(16) Bytes familyId,
        @Fixed(16) Bytes imageId,
        @U32 int version,
        @U32 int guestSvn,
        @U32 int idKeyAlgorithm,
        @U32 int authorKeyAlgorithm,
        SnpSignature idKeySignature,
        SnpPublicKey idPublicKey,
        SnpSignature authorKeySignature,
        SnpPublicKey authorPublicKey)
        implements Directive {
    public static final Codec<SnpIdBlock> CODEC = Codec.of(SnpIdBlock.class, lookup());

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.snpIdBlock(this);
    }
}
