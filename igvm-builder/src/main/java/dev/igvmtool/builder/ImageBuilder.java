package dev.igvmtool.builder;

import dev.igvmtool.builder.emit.IgvmSink;
import dev.igvmtool.builder.emit.PlatformImage;
import dev.igvmtool.builder.emit.SharedPageHashes;
import dev.igvmtool.builder.load.ImageLoader;
import dev.igvmtool.builder.load.ResourceStore;
import dev.igvmtool.builder.load.StageImages;
import dev.igvmtool.builder.manifest.GuestArch;
import dev.igvmtool.builder.manifest.GuestConfig;
import dev.igvmtool.builder.manifest.Manifest;
import dev.igvmtool.builder.manifest.ManifestException;
import dev.igvmtool.builder.manifest.Resources;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.Revision;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.InitializationHeader;
import dev.igvmtool.format.header.ParameterArea;
import dev.igvmtool.format.header.PlatformHeader;
import java.util.ArrayList;
import java.util.List;

/** Builds images: every guest configuration of a manifest by itself, then one file of all. */
public final class ImageBuilder {
    private ImageBuilder() {}

    /**
     * Builds the image of a manifest.
     *
     * @param stages executables for resources that name a stage program
     * @throws dev.igvmtool.builder.manifest.ManifestException if the manifest cannot be built
     * @throws dev.igvmtool.abi.binary.FormatException if a resource is not what it must be
     */
    public static BuiltImage build(Manifest manifest, Resources resources, StageImages stages, BuildOptions options) {
        try {
            return build(manifest, new ResourceStore(resources, stages), options);
        } catch (ManifestException e) {
            throw e.of(manifest.source());
        }
    }

    private static BuiltImage build(Manifest manifest, ResourceStore resources, BuildOptions options) {
        ManifestRules.check(manifest);
        ImageLoader loader = new ImageLoader(manifest.guestArch(), resources);
        List<PlatformImage> platforms = new ArrayList<>();
        SharedPageHashes sharedPages = new SharedPageHashes();
        int areas = 0;
        for (GuestConfig config : manifest.guestConfigs()) {
            GuestConfig changed = ManifestRules.apply(options, config);
            IgvmSink sink = new IgvmSink(changed, 1 << platforms.size(), areas, sharedPages);
            loader.load(changed, sink);
            PlatformImage platform = sink.finish();
            areas += (int) platform.directives().stream()
                    .filter(ParameterArea.class::isInstance)
                    .count();
            platforms.add(platform);
        }
        return Companions.attach(platforms, merge(manifest.guestArch(), platforms), resources.inputs());
    }

    /** All headers of the first platform, then all of the next, in each section. */
    private static IgvmFile merge(GuestArch arch, List<PlatformImage> platforms) {
        List<PlatformHeader> headers = new ArrayList<>();
        List<InitializationHeader> initializations = new ArrayList<>();
        List<Directive> directives = new ArrayList<>();
        for (PlatformImage platform : platforms) {
            headers.add(platform.platform());
            initializations.addAll(platform.initializations());
            directives.addAll(platform.directives());
        }
        return new IgvmFile(
                arch == GuestArch.X64 ? Revision.V1 : Revision.V2_AARCH64, headers, initializations, directives);
    }
}
