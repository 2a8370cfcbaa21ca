package dev.igvmtool.format.header;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U32;

/**
 * {@code IGVM_VHS_SNP_ID_BLOCK_PUBLIC_KEY}, 152 bytes.
 *
 * @param curve 2 is P-384
 * @param reserved zero
 * @param qx 72 bytes, little endian
 * @param qy 72 bytes, little endian
 */
public record SnpPublicKey(
        @U32 int curve,
        @U32 int reserved,
        @Fixed(72) Bytes qx,
        @Fixed(72) Bytes qy) {
    public static final Codec<SnpPublicKey> CODEC = Codec.of(SnpPublicKey.class, lookup());

    /** All bytes zero. */
    public static final SnpPublicKey NONE = new SnpPublicKey(0, 0, Bytes.zeros(72), Bytes.zeros(72));
}
