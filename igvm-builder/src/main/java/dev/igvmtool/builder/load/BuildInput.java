package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.Bytes;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Something that an image was made of.
 *
 * @param name resource key, and for a part of an initrd also its path there: {@code underhill_initrd:/bin/sh}
 * @param file of the user's, unless the content comes from elsewhere
 * @param note what else it contributes: {@code stage boot-shim}, {@code mode 100755}; may be empty
 */
public record BuildInput(String name, Optional<Path> file, String note, Bytes content) {}
