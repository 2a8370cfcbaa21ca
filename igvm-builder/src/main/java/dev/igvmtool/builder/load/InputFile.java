package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.builder.manifest.ManifestException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file of the user's, mapped and not copied. */
final class InputFile {
    private InputFile() {}

    /**
     * The content of a regular file.
     *
     * @param what names the file's part in the image, for messages
     */
    static Bytes map(Path path, String what) {
        try {
            if (Files.isDirectory(path)) {
                throw new ManifestException(what + ": " + path + " is a folder, expected a file");
            }
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                throw new ManifestException(what + ": " + path + " is not a regular file");
            }
            try (FileChannel channel = FileChannel.open(path)) {
                long size = channel.size();
                if (size > Integer.MAX_VALUE) {
                    throw new ManifestException(
                            what + ": " + path + " has " + size + " bytes, expected less than 2 GiB");
                }
                return Bytes.wrap(channel.map(FileChannel.MapMode.READ_ONLY, 0, size));
            }
        } catch (NoSuchFileException e) {
            throw new ManifestException(what + ": " + path + ": no such file", e);
        } catch (IOException e) {
            throw new ManifestException(what + ": " + path + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
