package dev.igvmtool.attestation.hcl;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U32;

/**
 * {@code IgvmAttestRequestHeader}, 32 bytes.
 *
 * @param signature {@code HCLA}
 * @param version 2
 * @param reportSize of everything, without padding
 * @param requestType 1 key release, 2 AK certificate, 3 wrapped key
 * @param status zero in what a guest reads
 * @param reserved zero
 */
public record HclHeader(
        @U32 int signature,
        @U32 long version,
        @U32 long reportSize,
        @U32 long requestType,
        @U32 long status,
        @Fixed(12) Bytes reserved) {
    public static final Codec<HclHeader> CODEC = Codec.of(HclHeader.class, lookup());

    /** {@code HCLA}. */
    public static final int SIGNATURE = 0x414c_4348;
}
