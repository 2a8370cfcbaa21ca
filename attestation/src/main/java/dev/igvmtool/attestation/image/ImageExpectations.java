package dev.igvmtool.attestation.image;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.header.PlatformType;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

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

    /** Measures an image for every platform that it is for. */
    public static ImageExpectations of(IgvmFile file) {
        Map<PlatformType, ImageExpectation> byPlatform = new EnumMap<>(PlatformType.class);
        Map<PlatformType, String> problems = new EnumMap<>(PlatformType.class);
        for (PlatformType platform : PLATFORMS) {
            try {
                byPlatform.put(platform, ImageExpectation.of(file, platform));
            } catch (FormatException e) {
                problems.put(platform, e.getMessage());
            }
        }
        return new ImageExpectations(byPlatform, problems);
    }
}
