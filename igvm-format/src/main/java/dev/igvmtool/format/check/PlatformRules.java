package dev.igvmtool.format.check;

import dev.igvmtool.format.Architecture;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.SupportedPlatform;
import java.util.EnumSet;
import java.util.List;

/** Platforms: at least one, each type once, each with one mask bit of its own, and of the file's architecture. */
final class PlatformRules {
    private final IgvmFile file;
    private final List<Finding> findings;

    PlatformRules(IgvmFile file, List<Finding> findings) {
        this.file = file;
        this.findings = findings;
    }

    void check() {
        List<SupportedPlatform> platforms = file.supportedPlatforms();
        if (platforms.isEmpty()) {
            findings.add(new Finding("platform-missing", "platforms", "no supported platform, expected at least one"));
        }
        EnumSet<PlatformType> types = EnumSet.noneOf(PlatformType.class);
        int used = 0;
        for (int i = 0; i < platforms.size(); i++) {
            SupportedPlatform platform = platforms.get(i);
            String place = "platform " + i;
            int mask = platform.compatibilityMask();
            if (Integer.bitCount(mask) != 1) {
                findings.add(new Finding(
                        "platform-mask", place, String.format("compatibility mask 0x%x, expected one bit", mask)));
            } else if ((used & mask) != 0) {
                findings.add(new Finding(
                        "platform-mask", place, String.format("compatibility mask 0x%x is taken already", mask)));
            }
            used |= mask;
            if (!types.add(platform.platformType())) {
                findings.add(
                        new Finding("platform-twice", place, "a second platform of type " + platform.platformType()));
            }
            if (!runsOn(platform.platformType(), file.revision().architecture())) {
                findings.add(new Finding(
                        "platform-architecture",
                        place,
                        platform.platformType() + " in a file for "
                                + file.revision().architecture()));
            }
        }
    }

    private static boolean runsOn(PlatformType type, Architecture architecture) {
        return switch (type) {
            case NATIVE, VSM_ISOLATION -> true;
            case SEV_SNP, TDX, SEV, SEV_ES -> architecture == Architecture.X64;
            case CCA -> architecture == Architecture.AARCH64;
        };
    }
}
