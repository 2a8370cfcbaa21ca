package dev.igvmtool.attestation.image;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.GuestPolicy;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.SnpIdBlock;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.format.header.VbsMeasurement;
import dev.igvmtool.measurement.LaunchDigest;
import dev.igvmtool.measurement.Profile;
import dev.igvmtool.measurement.Trace;
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
     * Measures an image by a profile.
     *
     * @throws FormatException if the image is not for the platform, or cannot be measured
     */
    public static ImageExpectation of(IgvmFile file, PlatformType platform, Profile profile) {
        SupportedPlatform supported = file.platform(platform)
                .orElseThrow(() -> new FormatException("the image is not for platform " + platform + ", only for "
                        + file.supportedPlatforms().stream()
                                .map(SupportedPlatform::platformType)
                                .toList()));
        if (!profile.measures(platform)) {
            throw new FormatException("profile " + profile.title() + " does not measure for " + platform);
        }
        LaunchDigest digest = LaunchDigest.of(file, new LaunchDigest.Request(supported, profile.rules(), Trace.OFF));
        int mask = supported.compatibilityMask();
        return new ImageExpectation(
                platform,
                digest.value(),
                "measured as " + profile.title() + " does",
                file.initializations().stream()
                        .filter(header -> header instanceof GuestPolicy && (header.compatibilityMask() & mask) == mask)
                        .map(header -> ((GuestPolicy) header).policy())
                        .findFirst(),
                directive(file, SnpIdBlock.class, mask),
                directive(file, VbsMeasurement.class, mask));
    }

    private static <T extends Directive> Optional<T> directive(IgvmFile file, Class<T> type, int mask) {
        return file.directives().stream()
                .filter(header -> type.isInstance(header) && (header.compatibilityMask() & mask) == mask)
                .map(type::cast)
                .findFirst();
    }
}
