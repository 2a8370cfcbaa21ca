package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A file to be written; {@code -} is standard output. It appears whole or not at all: the content goes to a temporary
 * name beside it, which is renamed at the end.
 *
 * @param name as the user wrote it
 */
record OutputFile(String name) {
    /** Something that writes itself to a stream. */
    interface Content {
        void writeTo(OutputStream stream) throws IOException;
    }

    void write(Console console, Bytes content) throws IOException {
        write(console, stream -> stream.write(content.toByteArray()));
    }

    void write(Console console, Content content) throws IOException {
        if (name.equals("-")) {
            content.writeTo(console.out());
            return;
        }
        Path target = Path.of(name).toAbsolutePath();
        if (Files.exists(target) && !Files.isRegularFile(target)) {
            // A device or a pipe is written, not replaced.
            try (OutputStream stream = Files.newOutputStream(target)) {
                content.writeTo(stream);
            }
            return;
        }
        Path temporary = target.resolveSibling(
                "." + target.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
        try {
            try (OutputStream stream = new BufferedOutputStream(Files.newOutputStream(temporary))) {
                content.writeTo(stream);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
