package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;

/**
 * A file that goes into an image.
 *
 * @param name key and path, for messages
 */
record Resource(String name, Bytes content) {
    /** Reads the content. */
    @FunctionalInterface
    interface Reader<T> {
        T read(Bytes content);
    }

    /**
     * What a reader makes of the content.
     *
     * @throws FormatException that of the reader, with the resource's name
     */
    <T> T read(Reader<T> reader) {
        try {
            return reader.read(content);
        } catch (FormatException e) {
            throw e.in(name);
        }
    }
}
