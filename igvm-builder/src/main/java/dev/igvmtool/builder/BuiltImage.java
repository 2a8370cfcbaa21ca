package dev.igvmtool.builder;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.builder.emit.PlatformImage;
import dev.igvmtool.format.IgvmFile;
import java.util.List;

/**
 * A finished image with what is written beside it.
 *
 * @param file the image; its contents are parts of the mapped resources
 * @param map layout as text
 * @param platforms the configurations it was made of
 * @param companions small files for measurable platforms, in order of writing
 */
public record BuiltImage(IgvmFile file, String map, List<PlatformImage> platforms, List<Companion> companions) {
    public BuiltImage {
        platforms = List.copyOf(platforms);
        companions = List.copyOf(companions);
    }

    /**
     * A file beside the image.
     *
     * @param suffix follows the image's name without extension: {@code -snp.json}
     */
    public record Companion(String suffix, Bytes content) {}
}
