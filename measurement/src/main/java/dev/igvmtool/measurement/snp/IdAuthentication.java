package dev.igvmtool.measurement.snp;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.format.header.SnpIdBlock;

/**
 * {@code ID_AUTH_INFO}, 4096 bytes: signatures and keys that go with an ID block, as hosts hand them to the firmware.
 * Specification: SEV-SNP firmware ABI, launch finish.
 *
 * @param idKeyAlgorithm 1 is ECDSA P-384 with SHA-384
 * @param authorKeyAlgorithm the same, 0 without an author
 * @param reserved zero
 * @param idBlockSignature over the 96 bytes of the block
 * @param idKey key of that signature
 * @param reserved2 zero
 * @param idKeySignature over the 1028 bytes of that key
 * @param authorKey key of that signature
 * @param reserved3 zero
 */
public record IdAuthentication(
        @U32 int idKeyAlgorithm,
        @U32 int authorKeyAlgorithm,
        @Fixed(56) Bytes reserved,
        @Fixed(0x200) Bytes idBlockSignature,
        @Fixed(0x404) Bytes idKey,
        @Fixed(60) Bytes reserved2,
        @Fixed(0x200) Bytes idKeySignature,
        @Fixed(0x404) Bytes authorKey,
        @Fixed(892) Bytes reserved3) {
    public static final Codec<IdAuthentication> CODEC = Codec.of(IdAuthentication.class, lookup());

    /** What a loader makes of the header of an IGVM file. */
    public static IdAuthentication of(SnpIdBlock block) {
        return new IdAuthentication(
                block.idKeyAlgorithm(),
                block.authorKeyAlgorithm(),
                Bytes.zeros(56),
                PspForm.signatureBytes(block.idKeySignature()),
                PspForm.keyBytes(block.idPublicKey()),
                Bytes.zeros(60),
                PspForm.signatureBytes(block.authorKeySignature()),
                PspForm.keyBytes(block.authorPublicKey()),
                Bytes.zeros(892));
    }
}
