package dev.igvmtool.format.header;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U32;

/**
 * {@code IGVM_VHS_VBS_MEASUREMENT}: the signed boot digest that the hypervisor compares the launch with.
 *
 * @param compatibilityMask platforms the header is for
 * @param version of the structure, 1
 * @param productId of the signer's choice
 * @param moduleId of the signer's choice
 * @param securityVersion of the image
 * @param policyFlags bit 0: debug
 * @param bootDigestAlgo 1 is SHA-256
 * @param signingAlgo 1 is ECDSA P-384
 * @param bootMeasurementDigest 64 bytes, of which SHA-256 takes 32
 * @param signature 256 bytes
 * @param publicKey 512 bytes
 */
public record VbsMeasurement(
        @U32 int compatibilityMask,
        @U32 int version,
        @U32 int productId,
        @U32 int moduleId,
        @U32 int securityVersion,
        @U32 int policyFlags,
        @U32 int bootDigestAlgo,
        @U32 int signingAlgo,
        @Fixed(64) Bytes bootMeasurementDigest,
        @Fixed(256) Bytes signature,
        @Fixed(512) Bytes publicKey)
        implements Directive {
    public static final Codec<VbsMeasurement> CODEC = Codec.of(VbsMeasurement.class, lookup());

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.vbsMeasurement(this);
    }
}
