package dev.igvmtool.abi.binary;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * An immutable sequence of at most 2 GiB - 1 bytes, over an array or a mapped file. Slices share storage. The typed
 * getters are little endian; offsets are relative to the start of the sequence.
 */
public final class Bytes {
    /** No bytes. */
    public static final Bytes EMPTY = new Bytes(ByteBuffer.allocate(0), 0, 0);

    // Little endian, read only, and the same object in all slices: an image has as many of those as pages.
    private final ByteBuffer storage;
    private final int start;
    private final int size;

    private Bytes(ByteBuffer storage, int start, int size) {
        this.storage = storage;
        this.start = start;
        this.size = size;
    }

    private static Bytes over(ByteBuffer content) {
        ByteBuffer storage = content.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
        return new Bytes(storage, 0, storage.limit());
    }

    /** A copy of {@code content}. */
    public static Bytes of(byte... content) {
        return content.length == 0 ? EMPTY : over(ByteBuffer.wrap(content.clone()));
    }

    /** Takes {@code content} over without copying; the caller must not change it afterwards. */
    public static Bytes wrap(byte[] content) {
        return content.length == 0 ? EMPTY : over(ByteBuffer.wrap(content));
    }

    /** The bytes between position and limit of {@code content}, shared, not copied (a mapped file, usually). */
    public static Bytes wrap(ByteBuffer content) {
        return content.hasRemaining() ? over(content) : EMPTY;
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
        return size;
    }

    /** True if there is no byte. */
    public boolean isEmpty() {
        return size == 0;
    }

    /** The byte at {@code offset} as a signed Java byte. */
    public byte get(int offset) {
        return storage.get(at(offset, 1));
    }

    /** The byte at {@code offset}, 0 to 255. */
    public int u8(int offset) {
        return Byte.toUnsignedInt(storage.get(at(offset, 1)));
    }

    /** The little-endian 16-bit value at {@code offset}, 0 to 65535. */
    public int u16(int offset) {
        return Short.toUnsignedInt(storage.getShort(at(offset, 2)));
    }

    /** The little-endian 32-bit value at {@code offset}, 0 to 2^32 - 1. */
    public long u32(int offset) {
        return Integer.toUnsignedLong(storage.getInt(at(offset, 4)));
    }

    /** The little-endian 64-bit value at {@code offset}. */
    public long u64(int offset) {
        return storage.getLong(at(offset, 8));
    }

    /** {@code length} bytes from {@code offset}, sharing storage. */
    public Bytes slice(int offset, int length) {
        int from = at(offset, length);
        if (length == size) {
            return this;
        }
        return length == 0 ? EMPTY : new Bytes(storage, from, length);
    }

    /** Everything from {@code offset} on, sharing storage. */
    public Bytes from(int offset) {
        return slice(offset, size() - offset);
    }

    /** True if {@code that} is the same part of the same storage: equal, without a look at the content. */
    @SuppressWarnings("ReferenceEquality") // The same storage, not an equal one.
    public boolean isSameSlice(Bytes that) {
        return storage == that.storage && start == that.start && size == that.size;
    }

    /** Where these bytes stand in {@code whole}, if they are a slice of it. */
    @SuppressWarnings("ReferenceEquality")
    public OptionalInt offsetIn(Bytes whole) {
        boolean inside = storage == whole.storage && start >= whole.start && start + size <= whole.start + whole.size;
        return inside ? OptionalInt.of(start - whole.start) : OptionalInt.empty();
    }

    /** True if {@code next} stands directly behind this in the same storage. */
    @SuppressWarnings("ReferenceEquality")
    public boolean isFollowedBy(Bytes next) {
        return storage == next.storage && start + size == next.start;
    }

    /** This and the {@code length} bytes that stand behind it in the same storage. */
    public Bytes extendedBy(int length) {
        Objects.checkFromIndexSize(start, size + length, storage.limit());
        return new Bytes(storage, start, size + length);
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
        int end = start + size;
        int i = start;
        for (; i + Long.BYTES <= end; i += Long.BYTES) {
            if (storage.getLong(i) != 0) {
                return false;
            }
        }
        for (; i < end; i++) {
            if (storage.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Copies {@code length} bytes from {@code offset} to {@code target} at {@code targetOffset}. */
    public void copyTo(int offset, byte[] target, int targetOffset, int length) {
        storage.get(at(offset, length), target, targetOffset, length);
    }

    /** A fresh array with the content. */
    public byte[] toByteArray() {
        byte[] copy = new byte[size];
        storage.get(start, copy);
        return copy;
    }

    /** A read-only little-endian buffer over the content, with its own position. */
    public ByteBuffer asBuffer() {
        return storage.slice(start, size).order(ByteOrder.LITTLE_ENDIAN);
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
        return other instanceof Bytes that
                && (isSameSlice(that) || size == that.size && asBuffer().equals(that.asBuffer()));
    }

    @Override
    public int hashCode() {
        int end = start + size;
        long hash = size;
        int i = start;
        for (; i + Long.BYTES <= end; i += Long.BYTES) {
            hash = (hash ^ storage.getLong(i)) * 0x9e37_79b9_7f4a_7c15L;
            hash ^= hash >>> 32;
        }
        for (; i < end; i++) {
            hash = (hash ^ storage.get(i)) * 0x9e37_79b9_7f4a_7c15L;
            hash ^= hash >>> 32;
        }
        return (int) hash;
    }

    /** Index in the storage. */
    private int at(int offset, int count) {
        return start + Objects.checkFromIndexSize(offset, count, size);
    }

    /** Size, and content if short: for messages and debugging, not for parsing. */
    @Override
    public String toString() {
        return size <= 32 ? "Bytes[" + toHex() + "]" : "Bytes[" + size + " bytes]";
    }
}
