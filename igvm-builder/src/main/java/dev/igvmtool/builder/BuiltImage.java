package dev.igvmtool.builder;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.builder.emit.PlatformImage;
import dev.igvmtool.builder.load.BuildInput;
import dev.igvmtool.format.IgvmFile;
import java.util.List;

/**
 * A finished image with what is written beside it.
 *
 * @param file the image; its contents are parts of the mapped resources
 * @param map layout as text
 * @param platforms the configurations it was made of
 * @param companions small files for measurable platforms, in order of writing
 * @param measurements launch digests, in order of the platforms
 * @param inputs what it was made of, in order of opening
 */
public record BuiltImage(
        IgvmFile file,
        String map,
        List<PlatformImage> platforms,
        List<Companion> companions,
        List<Measurement> measurements,
        List<BuildInput> inputs) {
    public BuiltImage {
        platforms = List.copyOf(platforms);
        companions = List.copyOf(companions);
        measurements = List.copyOf(measurements);
        inputs = List.copyOf(inputs);
    }

    /**
     * A file beside the image.
     *
     * @param suffix follows the image's name without extension: {@code -snp.json}
     */
    public record Companion(String suffix, Bytes content) {}

    /**
     * A launch digest.
     *
     * @param platform {@code snp}, {@code tdx} or {@code vbs}
     */
    public record Measurement(String platform, Bytes digest) {}
}
