package dev.igvmtool.attestation.snp;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;

/**
 * {@code ATTESTATION_REPORT}, 1184 bytes in every version. Versions 2 to 5 share the layout; fields that a version does not
 * have are reserved there.
 *
 * <p>Specification: SEV-SNP firmware ABI, table ATTESTATION_REPORT structure.
 *
 * @param version 2 to 5 are known
 * @param guestSvn security version of the guest, of the ID block; unsigned
 * @param policy guest policy, see {@link SnpGuestPolicy}
 * @param familyId of the ID block
 * @param imageId of the ID block
 * @param vmpl who asked: 0 to 3, or all ones for a report that the host asked for
 * @param signatureAlgorithm 1 is ECDSA P-384 with SHA-384
 * @param currentTcb versions that run now
 * @param platformInfo see {@link PlatformInfo}
 * @param keyInfo see {@link KeyInfo}
 * @param reserved1 zero
 * @param reportData of the guest's choice: a nonce, or the hash of something
 * @param measurement launch digest
 * @param hostData of the host's choice at launch
 * @param idKeyDigest of the key that signed the ID block, zero without one
 * @param authorKeyDigest of the key that signed the ID key, zero without one
 * @param reportId of this guest
 * @param reportIdMa of its migration agent, all ones without one
 * @param reportedTcb versions that the signing key was derived for
 * @param cpuidFamily combined family, version 3 and later
 * @param cpuidModel combined model, version 3 and later
 * @param cpuidStepping version 3 and later
 * @param reserved2 zero
 * @param chipId of the processor, zero if masked; Turin: 8 bytes, then zeros
 * @param committedTcb versions below which the platform cannot go back
 * @param currentBuild firmware build
 * @param currentMinor firmware version
 * @param currentMajor firmware version
 * @param reserved3 zero
 * @param committedBuild firmware build
 * @param committedMinor firmware version
 * @param committedMajor firmware version
 * @param reserved4 zero
 * @param launchTcb current versions when the guest was launched
 * @param launchMitigations bits, version 5
 * @param currentMitigations bits, version 5
 * @param reserved5 zero
 * @param signature R and S, 72 bytes each, little endian, then zeros
 */
public record SnpReport(
        @U32 long version,
        @U32 long guestSvn,
        @U64 long policy,
        @Fixed(16) Bytes familyId,
        @Fixed(16) Bytes imageId,
        @U32 long vmpl,
        @U32 long signatureAlgorithm,
        @Fixed(8) Bytes currentTcb,
        @U64 long platformInfo,
        @U32 int keyInfo,
        @U32 int reserved1,
        @Fixed(64) Bytes reportData,
        @Fixed(48) Bytes measurement,
        @Fixed(32) Bytes hostData,
        @Fixed(48) Bytes idKeyDigest,
        @Fixed(48) Bytes authorKeyDigest,
        @Fixed(32) Bytes reportId,
        @Fixed(32) Bytes reportIdMa,
        @Fixed(8) Bytes reportedTcb,
        @U8 int cpuidFamily,
        @U8 int cpuidModel,
        @U8 int cpuidStepping,
        @Fixed(21) Bytes reserved2,
        @Fixed(64) Bytes chipId,
        @Fixed(8) Bytes committedTcb,
        @U8 int currentBuild,
        @U8 int currentMinor,
        @U8 int currentMajor,
        @U8 int reserved3,
        @U8 int committedBuild,
        @U8 int committedMinor,
        @U8 int committedMajor,
        @U8 int reserved4,
        @Fixed(8) Bytes launchTcb,
        @U64 long launchMitigations,
        @U64 long currentMitigations,
        @Fixed(152) Bytes reserved5,
        @Fixed(512) Bytes signature) {
    public static final Codec<SnpReport> CODEC = Codec.of(SnpReport.class, lookup());

    /** Bytes of a report. */
    public static final int SIZE = 1184;

    /** Bytes that the signature covers, from the start. */
    public static final int SIGNED_BYTES = 0x2a0;

    /** First version that says which processor it comes from. */
    static final long VERSION_WITH_CPUID = 3;

    /** First version with mitigation vectors. */
    static final long VERSION_WITH_MITIGATIONS = 5;

    /** VMPL of a report that the host asked for. */
    static final long HOST_VMPL = 0xffff_ffffL;

    /**
     * Reads a report; its content is not judged.
     *
     * @throws FormatException if the size is another
     */
    public static SnpReport read(Bytes bytes) {
        if (bytes.size() != SIZE) {
            throw new FormatException("SNP report of " + bytes.size() + " bytes, expected " + SIZE);
        }
        return CODEC.read(bytes);
    }

    /** True if a processor is named: only a chip id that is not masked is one. */
    public boolean hasChipId() {
        return !chipId.isZero();
    }

    /** The signing key and flags. */
    public KeyInfo key() {
        return new KeyInfo(keyInfo);
    }
}
