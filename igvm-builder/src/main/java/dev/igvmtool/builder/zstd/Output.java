package dev.igvmtool.builder.zstd;

import dev.igvmtool.abi.binary.Bytes;
import java.util.Arrays;

/** What was unpacked so far; it grows up to a size that is known before. */
final class Output {
    private static final int FIRST_ALLOCATION = 1 << 20;

    private final int limit;
    private byte[] content;
    private int size;
    private int frameStart;

    Output(int limit) {
        this.limit = limit;
        this.content = new byte[Math.min(limit, FIRST_ALLOCATION)];
    }

    int size() {
        return size;
    }

    /** Offsets do not reach behind this point. */
    void startFrame() {
        frameStart = size;
    }

    byte[] content() {
        return content;
    }

    void append(Input input, byte[] source, int offset, int count) {
        grow(input, count);
        System.arraycopy(source, offset, content, size, count);
        size += count;
    }

    void fill(Input input, byte value, int count) {
        grow(input, count);
        Arrays.fill(content, size, size + count, value);
        size += count;
    }

    /** Copies from {@code distance} bytes before the end; source and target may overlap. */
    void repeat(Input input, long distance, int count) {
        if (distance > size - frameStart) {
            throw input.damaged(String.format("offset 0x%x, after 0x%x bytes of output", distance, size - frameStart));
        }
        grow(input, count);
        int from = size - (int) distance;
        if (distance >= count) {
            System.arraycopy(content, from, content, size, count);
        } else {
            for (int i = 0; i < count; i++) {
                content[size + i] = content[from + i];
            }
        }
        size += count;
    }

    Bytes toBytes() {
        return Bytes.wrap(size == content.length ? content : Arrays.copyOf(content, size));
    }

    private void grow(Input input, int count) {
        if (count > limit - size) {
            throw input.damaged(String.format("unpacks to more than 0x%x bytes", limit));
        }
        if (count > content.length - size) {
            content = Arrays.copyOf(content, (int) Math.min(limit, Math.max(content.length * 2L, size + (long) count)));
        }
    }
}
