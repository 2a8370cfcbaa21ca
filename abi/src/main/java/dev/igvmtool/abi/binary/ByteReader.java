package dev.igvmtool.abi.binary;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads values one after the other from {@link Bytes}. Byte order belongs to the reader. Reading past the end is a
 * {@link FormatException} that names position, need and rest.
 */
public final class ByteReader {
    private final Bytes source;
    private final ByteBuffer buffer;

    /** A little-endian reader over all of {@code source}. */
    public ByteReader(Bytes source) {
        this(source, ByteOrder.LITTLE_ENDIAN);
    }

    /** A reader over all of {@code source}. */
    public ByteReader(Bytes source, ByteOrder order) {
        this.source = source;
        this.buffer = source.asBuffer().order(order);
    }

    /** Bytes read so far, from the start of the source. */
    public int position() {
        return buffer.position();
    }

    /** Bytes not read yet. */
    public int remaining() {
        return buffer.remaining();
    }

    /** Continues at {@code position}, from the start of the source. */
    public void seek(int position) {
        if (position < 0 || position > buffer.limit()) {
            throw new FormatException(String.format(
                    "position 0x%x lies outside the data, which has 0x%x bytes", position, buffer.limit()));
        }
        buffer.position(position);
    }

    /** Next 8 bits, unsigned. */
    public int u8() {
        need(1);
        return Byte.toUnsignedInt(buffer.get());
    }

    /** Next 16 bits, unsigned. */
    public int u16() {
        need(2);
        return Short.toUnsignedInt(buffer.getShort());
    }

    /** Next 32 bits, unsigned. */
    public long u32() {
        need(4);
        return Integer.toUnsignedLong(buffer.getInt());
    }

    /** Next 64 bits. */
    public long u64() {
        need(8);
        return buffer.getLong();
    }

    /** Next {@code count} bytes, sharing storage with the source. */
    public Bytes bytes(int count) {
        need(count);
        Bytes result = source.slice(buffer.position(), count);
        buffer.position(buffer.position() + count);
        return result;
    }

    /** Passes over {@code count} bytes. */
    public void skip(int count) {
        need(count);
        buffer.position(buffer.position() + count);
    }

    private void need(int count) {
        if (count < 0 || count > buffer.remaining()) {
            throw new FormatException(String.format(
                    "data ends too early: needs 0x%x bytes at 0x%x, has 0x%x",
                    count, buffer.position(), buffer.remaining()));
        }
    }
}
