package dev.igvmtool.format.header;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;

/**
 * {@code IGVM_VHS_SNP_ID_BLOCK_SIGNATURE}, 144 bytes.
 *
 * @param r 72 bytes, little endian
 * @param s 72 bytes, little endian
 */
public record SnpSignature(@Fixed(72) Bytes r, @Fixed(72) Bytes s) {
    public static final Codec<SnpSignature> CODEC = Codec.of(SnpSignature.class, lookup());

    /** All bytes zero. */
    public static final SnpSignature NONE = new SnpSignature(Bytes.zeros(72), Bytes.zeros(72));
}
