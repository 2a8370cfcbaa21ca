package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A file to be written; {@code -} is standard output. It appears whole or not at all, see {@link OutputSet}.
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
        new OutputSet().add(name, content).write(console);
    }
}
