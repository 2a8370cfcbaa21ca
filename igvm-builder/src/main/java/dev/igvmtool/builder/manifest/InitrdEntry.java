package dev.igvmtool.builder.manifest;

import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * One line of an initrd: something at a path.
 *
 * @param path absolute, without {@code .} and {@code ..}; {@code /} only for a folder
 * @param mode permissions, 12 bits; a default by content if absent
 */
public record InitrdEntry(String path, OptionalInt mode, Content content) {
    /** What stands at the path. */
    public sealed interface Content {
        /** An empty directory. */
        record Directory() implements Content {}

        /** Everything in a folder of the host, by name order; links are kept as links. */
        record Folder(Path path) implements Content {}

        /** A copy of a file of the host. */
        record File(Path path) implements Content {}

        /** The executable of a stage program. */
        record Stage(String stage) implements Content {}

        /** A file with this text. */
        record Text(String text) implements Content {}

        /** A symbolic link. */
        record Link(String target) implements Content {}

        /** A device node. */
        record Device(boolean block, int major, int minor) implements Content {}
    }
}
