package dev.igvmtool.builder.zstd;

import dev.igvmtool.abi.binary.FormatException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** A part of the packed data, read forward by bytes. The array has {@link #PADDING} more bytes than the data. */
final class Input {
    /** Bytes that may be read, but not used, behind the data. */
    static final int PADDING = 8;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] data;
    private final int end;
    private int position;

    Input(byte[] data, int start, int end) {
        this.data = data;
        this.position = start;
        this.end = end;
    }

    int position() {
        return position;
    }

    int remaining() {
        return end - position;
    }

    byte[] data() {
        return data;
    }

    int u8() {
        need(1);
        return data[position++] & 0xff;
    }

    /** A little-endian value of {@code count} bytes, at most 7 or a value that is compared whole. */
    long little(int count) {
        need(count);
        long value = 0;
        for (int i = count - 1; i >= 0; i--) {
            value = value << 8 | data[position + i] & 0xff;
        }
        position += count;
        return value;
    }

    /** The next {@code count} bytes, which are passed over. */
    Input take(int count) {
        need(count);
        Input part = new Input(data, position, position + count);
        position += count;
        return part;
    }

    /** The 64 bits at an offset of the array, little endian. */
    static long longAt(byte[] data, int offset) {
        return (long) LONG.get(data, offset);
    }

    FormatException damaged(String what) {
        return new FormatException(String.format("zstd data is damaged at 0x%x: %s", position, what));
    }

    private void need(int count) {
        if (count < 0 || count > end - position) {
            throw damaged("needs " + count + " bytes, has " + (end - position));
        }
    }
}
