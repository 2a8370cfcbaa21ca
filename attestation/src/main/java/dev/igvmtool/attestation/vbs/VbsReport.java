package dev.igvmtool.attestation.vbs;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.U32;

/**
 * {@code VBS_VM_REPORT}, 560 bytes.
 *
 * @param packageSize of the whole
 * @param packageVersion of the header
 * @param signatureScheme of the host's key
 * @param signatureSize bytes
 * @param packageReserved zero
 * @param version of the report
 * @param reportData of the guest's choice
 * @param ownerId of the image's owner
 * @param measurement boot digest
 * @param signer digest of the key that signed the measurement
 * @param hostData of the host's choice
 * @param enabledVtls bits 0 to 2
 * @param policy bit 0: debugging is allowed
 * @param guestVtl that asked
 * @param guestSvn security version of the guest
 * @param productId of the signer's choice
 * @param moduleId of the signer's choice
 * @param reserved zero
 * @param signature by the identity key of the host
 */
public record VbsReport(
        @U32 long packageSize,
        @U32 long packageVersion,
        @U32 long signatureScheme,
        @U32 long signatureSize,
        @U32 long packageReserved,
        @U32 long version,
        @Fixed(64) Bytes reportData,
        @Fixed(32) Bytes ownerId,
        @Fixed(32) Bytes measurement,
        @Fixed(32) Bytes signer,
        @Fixed(32) Bytes hostData,
        @U32 int enabledVtls,
        @U32 int policy,
        @U32 long guestVtl,
        @U32 long guestSvn,
        @U32 long productId,
        @U32 long moduleId,
        @Fixed(64) Bytes reserved,
        @Fixed(256) Bytes signature) {
    public static final Codec<VbsReport> CODEC = Codec.of(VbsReport.class, lookup());

    /** Bytes of a report. */
    public static final int SIZE = 560;

    /** Policy bit: the host may debug the guest. */
    static final int DEBUG_ALLOWED = 1;

    /** True if the bytes start as a report does, with its size. */
    public static boolean looksLikeReport(Bytes bytes) {
        return bytes.size() == SIZE && bytes.u32(0) == SIZE;
    }

    /** @throws FormatException if the size is another */
    public static VbsReport read(Bytes bytes) {
        if (bytes.size() != SIZE) {
            throw new FormatException("VBS report of " + bytes.size() + " bytes, expected " + SIZE);
        }
        return CODEC.read(bytes);
    }
}
