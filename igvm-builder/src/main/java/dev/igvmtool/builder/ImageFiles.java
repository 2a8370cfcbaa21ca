package dev.igvmtool.builder;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.format.IgvmWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes an image and the files beside it. Each is written under a temporary name in the same folder and renamed, so
 * that no name ever stands for half a file, even if the output is also an input.
 */
public final class ImageFiles {
    private ImageFiles() {}

    /**
     * Writes companions, image, then map, as igvmfilegen does.
     *
     * @param output the image; {@code output.map} and {@code BASE-snp.json} and so on stand beside it, where BASE is its
     *     name without the last extension
     * @throws IOException if a file cannot be written; files written before stay
     */
    public static void write(BuiltImage image, Path output) throws IOException {
        String name = String.valueOf(output.getFileName());
        int dot = name.lastIndexOf('.');
        String base = dot <= 0 ? name : name.substring(0, dot);
        for (BuiltImage.Companion companion : image.companions()) {
            write(output.resolveSibling(base + companion.suffix()), channel -> copy(companion.content(), channel));
        }
        write(output, channel -> IgvmWriter.write(image.file(), channel));
        write(output.resolveSibling(name + ".map"), channel -> copy(Bytes.utf8(image.map()), channel));
    }

    /** Fills a file. */
    @FunctionalInterface
    private interface Content {
        void writeTo(WritableByteChannel channel) throws IOException;
    }

    private static void write(Path target, Content content) throws IOException {
        Path folder = target.toAbsolutePath().getParent();
        Path temporary = Files.createTempFile(folder, "." + target.getFileName(), ".tmp");
        try {
            // Permissions as for any new file, not those of a private temporary one.
            Files.delete(temporary);
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.writeTo(channel);
            }
            try {
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static void copy(Bytes content, WritableByteChannel channel) throws IOException {
        ByteBuffer buffer = content.asBuffer();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
