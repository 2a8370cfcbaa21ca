package dev.igvmtool.kernelstub.fs;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.linux.CpioHeader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads one cpio archive of the "newc" format from a stream, entry by entry. Strict: names are relative, without
 * {@code ..} and NUL; every field is hexadecimal; the archive ends with its trailer.
 */
final class CpioReader {
    private static final int MAX_NAME = 4096;
    private static final int ALIGNMENT = 4;

    private final InputStream source;
    /** Bytes read from the start of the archive; alignment counts from there. */
    private long position;

    CpioReader(InputStream source) {
        this.source = source;
    }

    /** Takes the entries. */
    interface Sink {
        /**
         * One entry; the trailer is none.
         *
         * @param name path without leading slash
         * @param data exactly {@code header.filesize()} bytes, of which the sink may leave some
         */
        void entry(CpioHeader header, String name, InputStream data) throws IOException;
    }

    /** Reads up to and including the trailer. */
    void read(Sink sink) throws IOException {
        for (int number = 0; ; number++) {
            try {
                CpioHeader header = CpioHeader.CODEC.read(bytes(CpioHeader.SIZE));
                String name = name(header);
                if (name.equals(CpioHeader.TRAILER)) {
                    skip(header.filesize());
                    align();
                    return;
                }
                Data data = new Data(header.filesize());
                sink.entry(header, name, data);
                skip(data.left);
                align();
            } catch (FormatException e) {
                throw e.in("cpio entry " + number);
            }
        }
    }

    private String name(CpioHeader header) throws IOException {
        if (header.namesize() < 1 || header.namesize() > MAX_NAME) {
            throw new FormatException(
                    String.format("name size is 0x%x, expected 1 to %d", header.namesize(), MAX_NAME));
        }
        Bytes stored = bytes((int) header.namesize());
        align();
        String name;
        try {
            name = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(stored.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new FormatException("name is not UTF-8: " + stored);
        }
        if (name.indexOf('\0') != name.length() - 1) {
            throw new FormatException("name does not end at its only NUL, which is expected at its end");
        }
        name = name.substring(0, name.length() - 1);
        if (name.isEmpty() || name.startsWith("/") || ("/" + name + "/").contains("/../")) {
            throw new FormatException("name is '" + printable(name) + "', expected a relative path without '..'");
        }
        return name;
    }

    private Bytes bytes(int count) throws IOException {
        byte[] content = source.readNBytes(count);
        if (content.length != count) {
            throw new FormatException(String.format(
                    "archive ends at 0x%x, before its trailer: 0x%x bytes are missing",
                    position + content.length, count - content.length));
        }
        position += count;
        return Bytes.wrap(content);
    }

    private void skip(long count) throws IOException {
        for (long left = count; left > 0; ) {
            int part = (int) Math.min(left, 65536);
            bytes(part);
            left -= part;
        }
    }

    private void align() throws IOException {
        skip(-position & ALIGNMENT - 1);
    }

    static String printable(String text) {
        return text.replaceAll("[^ -~]", "?");
    }

    /** The data of one entry. */
    private final class Data extends InputStream {
        private long left;

        Data(long size) {
            this.left = size;
        }

        @Override
        public int read() throws IOException {
            if (left == 0) {
                return -1;
            }
            left--;
            return bytes(1).u8(0);
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (left == 0) {
                return length == 0 ? 0 : -1;
            }
            int count = source.read(target, offset, (int) Math.min(length, left));
            if (count < 0) {
                throw new FormatException(String.format(
                        "archive ends at 0x%x, in the data of an entry: 0x%x bytes are missing", position, left));
            }
            left -= count;
            position += count;
            return count;
        }
    }
}
