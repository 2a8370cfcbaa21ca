package dev.igvmtool.abi.binary;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * An immutable sequence of at most 2 GiB - 1 bytes, over an array or a mapped file. Slices share storage. The typed
 * getters are little endian; offsets are relative to the start of the sequence.
 */
public final class Bytes {
    /** No bytes. */
    public static final Bytes EMPTY = new Bytes(ByteBuffer.allocate(0));

    private final ByteBuffer buffer;

    private Bytes(ByteBuffer source) {
        this.buffer = source.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A copy of {@code content}. */
    public static Bytes of(byte... content) {
        return content.length == 0 ? EMPTY : new Bytes(ByteBuffer.wrap(content.clone()));
    }

    /** Takes {@code content} over without copying; the caller must not change it afterwards. */
    public static Bytes wrap(byte[] content) {
        return content.length == 0 ? EMPTY : new Bytes(ByteBuffer.wrap(content));
    }

    /** The bytes between position and limit of {@code content}, shared, not copied (a mapped file, usually). */
    public static Bytes wrap(ByteBuffer content) {
        return content.hasRemaining() ? new Bytes(content) : EMPTY;
    }

    /** {@code size} zero bytes. */
    public static Bytes zeros(int size) {
        return wrap(new byte[size]);
    }

    /** The UTF-8 encoding of {@code text}, without terminator. */
    public static Bytes utf8(String text) {
        return wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Decodes hexadecimal text.
     *
     * @param hex pairs of digits, any case, no separators
     */
    public static Bytes fromHex(String hex) {
        return wrap(HexFormat.of().parseHex(hex));
    }

    /** Number of bytes. */
    public int size() {
        return buffer.limit();
    }

    /** True if there is no byte. */
    public boolean isEmpty() {
        return buffer.limit() == 0;
    }

    /** The byte at {@code offset} as a signed Java byte. */
    public byte get(int offset) {
        return buffer.get(offset);
    }

    /** The byte at {@code offset}, 0 to 255. */
    public int u8(int offset) {
        return Byte.toUnsignedInt(buffer.get(offset));
    }

    /** The little-endian 16-bit value at {@code offset}, 0 to 65535. */
    public int u16(int offset) {
        return Short.toUnsignedInt(buffer.getShort(offset));
    }

    /** The little-endian 32-bit value at {@code offset}, 0 to 2^32 - 1. */
    public long u32(int offset) {
        return Integer.toUnsignedLong(buffer.getInt(offset));
    }

    /** The little-endian 64-bit value at {@code offset}. */
    public long u64(int offset) {
        return buffer.getLong(offset);
    }

    /** {@code length} bytes from {@code offset}, sharing storage. */
    public Bytes slice(int offset, int length) {
        if (offset == 0 && length == size()) {
            return this;
        }
        return length == 0 ? EMPTY : new Bytes(buffer.slice(offset, length));
    }

    /** Everything from {@code offset} on, sharing storage. */
    public Bytes from(int offset) {
        return slice(offset, size() - offset);
    }

    /** The same bytes followed by zeros up to {@code size} bytes. */
    public Bytes paddedTo(int size) {
        if (size == size()) {
            return this;
        }
        if (size < size()) {
            throw new IllegalArgumentException("cannot pad " + size() + " bytes to " + size);
        }
        byte[] padded = new byte[size];
        copyTo(0, padded, 0, size());
        return wrap(padded);
    }

    /** True if every byte is zero (also of no bytes). */
    public boolean isZero() {
        int end = size();
        int i = 0;
        for (; i + Long.BYTES <= end; i += Long.BYTES) {
            if (buffer.getLong(i) != 0) {
                return false;
            }
        }
        for (; i < end; i++) {
            if (buffer.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Copies {@code length} bytes from {@code offset} to {@code target} at {@code targetOffset}. */
    public void copyTo(int offset, byte[] target, int targetOffset, int length) {
        buffer.get(offset, target, targetOffset, length);
    }

    /** A fresh array with the content. */
    public byte[] toByteArray() {
        byte[] copy = new byte[size()];
        buffer.get(0, copy);
        return copy;
    }

    /** A read-only little-endian buffer over the content, with its own position. */
    public ByteBuffer asBuffer() {
        return buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Lower-case hexadecimal digits without separators. */
    public String toHex() {
        return HexFormat.of().formatHex(toByteArray());
    }

    /** The content decoded as UTF-8, malformed sequences replaced. */
    public String toUtf8() {
        return new String(toByteArray(), StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that && buffer.equals(that.buffer);
    }

    @Override
    public int hashCode() {
        // Images are deduplicated by page content, so this is on the path of every build: eight bytes at a time.
        int end = size();
        long hash = end;
        int i = 0;
        for (; i + Long.BYTES <= end; i += Long.BYTES) {
            hash = (hash ^ buffer.getLong(i)) * 0x9e37_79b9_7f4a_7c15L;
            hash ^= hash >>> 32;
        }
        for (; i < end; i++) {
            hash = (hash ^ buffer.get(i)) * 0x9e37_79b9_7f4a_7c15L;
            hash ^= hash >>> 32;
        }
        return (int) hash;
    }

    /** Size, and content if short: for messages and debugging, not for parsing. */
    @Override
    public String toString() {
        return size() <= 32 ? "Bytes[" + toHex() + "]" : "Bytes[" + size() + " bytes]";
    }
}
