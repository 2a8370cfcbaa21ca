package dev.igvmtool.cli.boot;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.builder.BuildOptions;
import dev.igvmtool.builder.BuiltImage;
import dev.igvmtool.builder.ImageBuilder;
import dev.igvmtool.builder.manifest.ManifestReader;
import dev.igvmtool.builder.manifest.ManifestReader.ManifestFile;
import dev.igvmtool.builder.manifest.ResourceReader;
import dev.igvmtool.builder.manifest.Resources;
import dev.igvmtool.cli.StagePrograms;
import dev.igvmtool.format.IgvmWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A folder that is built before it is booted: a manifest, and a resource file if the manifest does not name its resources
 * itself.
 *
 * @param manifest {@code manifest.yaml} or {@code manifest.json}
 * @param resources {@code resources.yaml} or {@code resources.json}, if there is one
 */
public record BootImage(Path manifest, Optional<Path> resources) {
    private static final List<String> EXTENSIONS = List.of(".yaml", ".json");

    /** The image of a folder; empty if there is no manifest in it. */
    public static Optional<BootImage> in(Path folder) {
        return find(folder, "manifest").map(manifest -> new BootImage(manifest, find(folder, "resources")));
    }

    private static Optional<Path> find(Path folder, String name) {
        return EXTENSIONS.stream()
                .map(extension -> folder.resolve(name + extension))
                .filter(Files::isRegularFile)
                .findFirst();
    }

    /**
     * An image with the files that it was made of.
     *
     * @param image before it was written: the contents of its directives are parts of its inputs
     */
    public record Built(Bytes content, List<Path> inputs, BuiltImage image) {
        public Built {
            inputs = List.copyOf(inputs);
        }
    }

    /** @throws dev.igvmtool.builder.manifest.ManifestException if it cannot be built */
    public Built build() {
        ManifestFile file = ManifestReader.read(manifest);
        Resources all = resources
                .map(path -> file.resources().with(ResourceReader.read(path)))
                .orElse(file.resources());
        BuiltImage image = ImageBuilder.build(file.manifest(), all, StagePrograms::image, BuildOptions.NONE);
        return new Built(IgvmWriter.toBytes(image.file()), InputFiles.of(this, all), image);
    }
}
