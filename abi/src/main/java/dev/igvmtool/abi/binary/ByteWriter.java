package dev.igvmtool.abi.binary;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Collects values into a growing array. Byte order belongs to the writer. Values that do not fit their width are our
 * own bug ({@link IllegalArgumentException}); check what comes from outside before writing it.
 */
public final class ByteWriter {
    private final ByteOrder order;
    private byte[] array;
    private ByteBuffer view;
    private int size;

    /** A little-endian writer. */
    public ByteWriter() {
        this(ByteOrder.LITTLE_ENDIAN);
    }

    /** A writer of the given byte order. */
    public ByteWriter(ByteOrder order) {
        this(order, 256);
    }

    /** A little-endian writer with room for {@code capacity} bytes before it grows. */
    public ByteWriter(int capacity) {
        this(ByteOrder.LITTLE_ENDIAN, capacity);
    }

    private ByteWriter(ByteOrder order, int capacity) {
        this.order = order;
        this.array = new byte[capacity];
        this.view = ByteBuffer.wrap(array).order(order);
    }

    /** Bytes written so far. */
    public int size() {
        return size;
    }

    /** Writes 8 bits; {@code value} is 0 to 255. */
    public ByteWriter u8(int value) {
        check(value, 0xff);
        grow(1);
        view.put(size, (byte) value);
        size += 1;
        return this;
    }

    /** Writes 16 bits; {@code value} is 0 to 65535. */
    public ByteWriter u16(int value) {
        check(value, 0xffff);
        grow(2);
        view.putShort(size, (short) value);
        size += 2;
        return this;
    }

    /** Writes 32 bits; {@code value} is 0 to 2^32 - 1. */
    public ByteWriter u32(long value) {
        check(value, 0xffff_ffffL);
        grow(4);
        view.putInt(size, (int) value);
        size += 4;
        return this;
    }

    /** Writes 64 bits. */
    public ByteWriter u64(long value) {
        grow(8);
        view.putLong(size, value);
        size += 8;
        return this;
    }

    /** Writes all of {@code content}. */
    public ByteWriter bytes(Bytes content) {
        grow(content.size());
        content.copyTo(0, array, size, content.size());
        size += content.size();
        return this;
    }

    /** Writes {@code count} zero bytes. */
    public ByteWriter zeros(int count) {
        grow(count);
        Arrays.fill(array, size, size + count, (byte) 0);
        size += count;
        return this;
    }

    /** Writes zero bytes up to the next multiple of {@code alignment}, a power of two. */
    public ByteWriter alignTo(int alignment) {
        return zeros(-size & (alignment - 1));
    }

    /** Replaces the 32 bits at {@code offset}, which were written before. */
    public ByteWriter patchU32(int offset, long value) {
        check(value, 0xffff_ffffL);
        if (offset < 0 || offset + 4 > size) {
            throw new IllegalArgumentException("offset " + offset + " was not written yet");
        }
        view.putInt(offset, (int) value);
        return this;
    }

    /** A copy of what was written so far. */
    public Bytes toBytes() {
        return Bytes.wrap(Arrays.copyOf(array, size));
    }

    /** What was written so far, shared: the writer must not be used afterwards. */
    public Bytes takeBytes() {
        return Bytes.wrap(ByteBuffer.wrap(array, 0, size));
    }

    private static void check(long value, long max) {
        if (value < 0 || value > max) {
            throw new IllegalArgumentException(String.format("0x%x does not fit a field of at most 0x%x", value, max));
        }
    }

    private void grow(int count) {
        int needed = Math.addExact(size, count);
        if (needed > array.length) {
            array = Arrays.copyOf(array, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(needed, array.length * 2L)));
            view = ByteBuffer.wrap(array).order(order);
        }
    }
}
