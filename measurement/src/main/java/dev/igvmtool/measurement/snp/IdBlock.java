package dev.igvmtool.measurement.snp;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code ID_BLOCK}, 96 bytes: what the image's owner signs, and the platform compares with what it launched.
 *
 * <p>Specification: SEV-SNP firmware ABI, launch finish.
 *
 * @param launchDigest 48 bytes
 * @param familyId 16 bytes, chosen by the owner
 * @param imageId 16 bytes, chosen by the owner
 * @param version version of this structure, 1
 * @param guestSvn security version number, unsigned
 * @param policy guest policy
 */
public record IdBlock(
        @Fixed(48) Bytes launchDigest,
        @Fixed(16) Bytes familyId,
        @Fixed(16) Bytes imageId,
        @U32 long version,
        @U32 long guestSvn,
        @U64 long policy) {
    public static final Codec<IdBlock> CODEC = Codec.of(IdBlock.class, lookup());

    /** The only version there is. */
    public static final long VERSION = 1;
}
