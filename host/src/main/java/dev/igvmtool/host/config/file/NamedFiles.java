package dev.igvmtool.host.config.file;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.document.DocumentException;
import dev.igvmtool.document.Fields;
import dev.igvmtool.document.Node;
import dev.igvmtool.document.Place;
import dev.igvmtool.document.Quoted;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Files that a configuration names, or that stand beside it.
 *
 * @param folder of the configuration, where relative names start
 */
record NamedFiles(Path folder) {
    /** The persisted-state region is the largest of what such a file can fill. */
    private static final int MAX_BYTES = 2 << 20;

    /** The file that a value names. */
    Bytes read(Node node, String field) {
        return read(Fields.text(node, field), node.place());
    }

    /** @param place that asks for the file */
    Bytes read(String name, Place place) {
        try {
            Path path = folder.resolve(name);
            if (!Files.isRegularFile(path)) {
                throw DocumentException.at(
                        place, Quoted.of(name) + (Files.exists(path) ? ": not a regular file" : ": no such file"));
            }
            try (InputStream in = Files.newInputStream(path)) {
                byte[] content = in.readNBytes(MAX_BYTES + 1);
                if (content.length > MAX_BYTES) {
                    throw DocumentException.at(
                            place, Quoted.of(name) + ": has more than the " + MAX_BYTES + " bytes that it may have");
                }
                return Bytes.wrap(content);
            }
        } catch (InvalidPathException e) {
            throw DocumentException.at(place, "'" + Quoted.of(name) + "' is not a path");
        } catch (IOException e) {
            throw DocumentException.at(place, Quoted.of(name) + ": cannot be read: " + e.getMessage());
        }
    }

    /** True if there is a file of this name. */
    boolean has(String name) {
        return Files.exists(folder.resolve(name));
    }
}
