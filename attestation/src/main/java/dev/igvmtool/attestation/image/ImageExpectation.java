package dev.igvmtool.attestation.image;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.header.GuestPolicy;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.SnpIdBlock;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.format.header.VbsMeasurement;
import dev.igvmtool.measurement.LaunchDigest;
import java.util.Optional;

/**
 * What a report must say if its machine was started from an image.
 *
 * @param platform that the expectation is for
 * @param digest launch digest
 * @param how the digest was computed, for people
 * @param guestPolicy launch policy; empty if the image has none
 * @param idBlock empty if the image has none
 * @param vbsMeasurement empty if the image has none
 */
public record ImageExpectation(
        PlatformType platform,
        Bytes digest,
        String how,
        Optional<Long> guestPolicy,
        Optional<SnpIdBlock> idBlock,
        Optional<VbsMeasurement> vbsMeasurement) {

    /**
     * Measures an image as Hyper-V does.
     *
     * @throws FormatException if the image is not for the platform, or cannot be measured
     */
    public static ImageExpectation of(IgvmFile file, PlatformType platform) {
        LaunchDigest digest = LaunchDigest.of(file, platform);
        int mask = file.platform(platform)
                .map(SupportedPlatform::compatibilityMask)
                .orElseThrow();
        return new ImageExpectation(
                platform,
                digest.value(),
                "as Hyper-V measures",
                file.initializations().stream()
                        .filter(header -> header instanceof GuestPolicy && (header.compatibilityMask() & mask) == mask)
                        .map(header -> ((GuestPolicy) header).policy())
                        .findFirst(),
                directive(file, SnpIdBlock.class, mask),
                directive(file, VbsMeasurement.class, mask));
    }

    private static <T extends dev.igvmtool.format.header.Directive> Optional<T> directive(
            IgvmFile file, Class<T> type, int mask) {
        return file.directives().stream()
                .filter(header -> type.isInstance(header) && (header.compatibilityMask() & mask) == mask)
                .map(type::cast)
                .findFirst();
    }
}
