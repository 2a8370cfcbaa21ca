package dev.igvmtool.kernelstub.fs;

import dev.igvmtool.abi.binary.FormatException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * One gzip member, decompressed (RFC 1952). Unlike the JDK's stream it stops exactly behind the member, so that another
 * archive may follow in the same initrd.
 */
final class GzipMember extends InputStream {
    private static final int HEADER_CRC = 2;
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;
    /** Bytes given to the inflater at once; the source can take as many back. */
    static final int CHUNK = 8192;

    private final PushbackInputStream source;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private final byte[] chunk = new byte[CHUNK];
    private int chunkBytes;
    private boolean finished;

    /** Reads the header of the member that starts at the position of {@code source}. */
    GzipMember(PushbackInputStream source) throws IOException {
        this.source = source;
        int magic = next() | next() << 8;
        int method = next();
        int flags = next();
        if (magic != 0x8b1f || method != 8 || (flags & 0xe0) != 0) {
            throw new FormatException(String.format(
                    "gzip header has magic 0x%04x, method %d, flags 0x%02x, expected 0x8b1f, 8 and no reserved flags",
                    magic, method, flags));
        }
        skip(6);
        if ((flags & EXTRA) != 0) {
            skip(next() | next() << 8);
        }
        if ((flags & NAME) != 0) {
            skipText();
        }
        if ((flags & COMMENT) != 0) {
            skipText();
        }
        if ((flags & HEADER_CRC) != 0) {
            skip(2);
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        while (!finished) {
            int count = inflate(target, offset, length);
            if (count > 0) {
                crc.update(target, offset, count);
                return count;
            }
            if (inflater.finished()) {
                finish();
            } else {
                feed();
            }
        }
        return -1;
    }

    @Override
    public void close() {
        inflater.end();
    }

    private int inflate(byte[] target, int offset, int length) {
        try {
            int count = inflater.inflate(target, offset, length);
            if (count == 0 && inflater.needsDictionary()) {
                throw new FormatException("gzip data wants a dictionary");
            }
            return count;
        } catch (DataFormatException e) {
            throw new FormatException("gzip data cannot be decompressed: " + e.getMessage());
        }
    }

    private void feed() throws IOException {
        chunkBytes = source.read(chunk, 0, CHUNK);
        if (chunkBytes < 0) {
            throw new FormatException("gzip data ends before its end mark");
        }
        inflater.setInput(chunk, 0, chunkBytes);
    }

    private void finish() throws IOException {
        int rest = inflater.getRemaining();
        if (rest > 0) {
            // The chunk is still the inflater's last input; what it did not use is at its end.
            byte[] unused = new byte[rest];
            System.arraycopy(chunk, chunkBytes - rest, unused, 0, rest);
            source.unread(unused);
        }
        long sum = word();
        long size = word();
        if (sum != crc.getValue() || size != (inflater.getBytesWritten() & 0xffff_ffffL)) {
            throw new FormatException(String.format(
                    "gzip member has CRC 0x%08x and 0x%x bytes, its trailer says 0x%08x and 0x%x",
                    crc.getValue(), inflater.getBytesWritten(), sum, size));
        }
        finished = true;
        inflater.end();
    }

    private long word() throws IOException {
        return Integer.toUnsignedLong(next() | next() << 8 | next() << 16 | next() << 24);
    }

    private int next() throws IOException {
        int value = source.read();
        if (value < 0) {
            throw new FormatException("gzip member ends in its header or trailer");
        }
        return value;
    }

    private void skip(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            next();
        }
    }

    private void skipText() throws IOException {
        while (next() != 0) {
            // The file name or comment says nothing to a kernel.
        }
    }
}
