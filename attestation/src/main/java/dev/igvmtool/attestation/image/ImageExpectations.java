package dev.igvmtool.attestation.image;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.measurement.Profile;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an image lets one expect on each platform that gives evidence. Made once, and then shared by many verifications.
 *
 * @param byPlatform for the platforms that the image is for
 * @param problems why there is none for the others
 */
public record ImageExpectations(Map<PlatformType, ImageExpectation> byPlatform, Map<PlatformType, String> problems) {
    private static final List<PlatformType> PLATFORMS =
            List.of(PlatformType.SEV_SNP, PlatformType.TDX, PlatformType.VSM_ISOLATION);

    public ImageExpectations {
        byPlatform = Map.copyOf(byPlatform);
        problems = Map.copyOf(problems);
    }

    /**
     * Measures an image for every platform that it is for.
     *
     * @param profile whose rules are meant; empty for the usual ones of each platform
     */
    public static ImageExpectations of(IgvmFile file, Optional<Profile> profile) {
        Map<PlatformType, ImageExpectation> byPlatform = new EnumMap<>(PlatformType.class);
        Map<PlatformType, String> problems = new EnumMap<>(PlatformType.class);
        for (PlatformType platform : PLATFORMS) {
            try {
                byPlatform.put(platform, ImageExpectation.of(file, platform, profile.orElse(Profile.HYPERV)));
            } catch (FormatException e) {
                problems.put(platform, e.getMessage());
            }
        }
        return new ImageExpectations(byPlatform, problems);
    }
}
