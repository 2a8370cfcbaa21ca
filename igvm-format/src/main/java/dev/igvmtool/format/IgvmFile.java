package dev.igvmtool.format;

import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.InitializationHeader;
import dev.igvmtool.format.header.PlatformHeader;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.SupportedPlatform;
import java.util.List;
import java.util.Optional;

/**
 * An IGVM file as a value: its headers in file order, with content in place of file offsets. Gaps, padding and the order
 * of file data are not part of it; {@link IgvmWriter} chooses them as the igvm crate does.
 *
 * @param revision version and architecture
 * @param platforms headers of the platform section
 * @param initializations headers of the initialization section
 * @param directives headers of the directive section
 */
public record IgvmFile(
        Revision revision,
        List<PlatformHeader> platforms,
        List<InitializationHeader> initializations,
        List<Directive> directives) {
    public IgvmFile {
        platforms = List.copyOf(platforms);
        initializations = List.copyOf(initializations);
        directives = List.copyOf(directives);
    }

    /** The platforms that the file is for, in file order. */
    public List<SupportedPlatform> supportedPlatforms() {
        return platforms.stream()
                .filter(SupportedPlatform.class::isInstance)
                .map(SupportedPlatform.class::cast)
                .toList();
    }

    /** The first platform of that type. */
    public Optional<SupportedPlatform> platform(PlatformType type) {
        return supportedPlatforms().stream()
                .filter(platform -> platform.platformType() == type)
                .findFirst();
    }
}
