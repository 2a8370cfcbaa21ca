package dev.igvmtool.builder.manifest;

import java.nio.file.Path;
import java.util.List;

/** Where the content of a resource comes from. */
public sealed interface ResourceSource {
    /** A file, as it is. */
    record FromFile(Path path) implements ResourceSource {}

    /** The ELF kernel inside a bzImage. */
    record FromBzImage(Path path) implements ResourceSource {}

    /** A kernel of any kind: ELF file or arm64 image as it is, the ELF kernel inside a bzImage, gzip unpacked. */
    record FromKernel(Path path) implements ResourceSource {}

    /** The executable of a stage program, which the caller of the builder provides. */
    record FromStage(String stage) implements ResourceSource {}

    /**
     * An initrd of whole archives, as they are, and behind them one made of entries.
     *
     * @param archives cpio "newc" archives, packed or not
     * @param entries in the order of the archive; no archive is made of none
     */
    record FromEntries(List<Path> archives, List<InitrdEntry> entries) implements ResourceSource {
        public FromEntries {
            archives = List.copyOf(archives);
            entries = List.copyOf(entries);
        }
    }
}
