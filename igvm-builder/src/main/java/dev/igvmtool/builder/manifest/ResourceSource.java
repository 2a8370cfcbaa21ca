package dev.igvmtool.builder.manifest;

import java.nio.file.Path;
import java.util.List;

/** Where the content of a resource comes from. */
public sealed interface ResourceSource {
    /** A file, as it is. */
    record FromFile(Path path) implements ResourceSource {}

    /** The ELF kernel inside a bzImage. */
    record FromBzImage(Path path) implements ResourceSource {}

    /** The executable of a stage program, which the caller of the builder provides. */
    record FromStage(String stage) implements ResourceSource {}

    /** A cpio archive made of these entries, in this order. */
    record FromEntries(List<InitrdEntry> entries) implements ResourceSource {
        public FromEntries {
            entries = List.copyOf(entries);
        }
    }
}
