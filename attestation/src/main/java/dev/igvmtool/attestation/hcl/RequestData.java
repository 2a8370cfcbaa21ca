package dev.igvmtool.attestation.hcl;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;

/**
 * {@code IgvmAttestRequestData}, 20 bytes: what the run-time claims are. Version 2 has 4 bytes of capabilities behind it.
 *
 * @param dataSize of this, capabilities and claims
 * @param version 1 or 2
 * @param reportType which platform's report it is
 * @param hashType of the hash that binds the claims
 * @param claimsSize bytes of the claims
 */
public record RequestData(
        @U32 long dataSize,
        @U32 long version,
        @U32 long reportType,
        @U32 long hashType,
        @U32 long claimsSize) {
    public static final Codec<RequestData> CODEC = Codec.of(RequestData.class, lookup());
}
