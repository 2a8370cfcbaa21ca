package dev.igvmtool.builder.zstd;

/**
 * A bit stream read from its end towards its start; the highest set bit of the last byte marks where it begins. Bits
 * before the start read as zero and make {@link #remaining} negative.
 */
final class ReverseBits {
    private final byte[] data;
    private final int start;
    private int position;

    ReverseBits(Input input) {
        data = input.data();
        start = input.position();
        int size = input.remaining();
        int last = size == 0 ? 0 : data[start + size - 1] & 0xff;
        if (last == 0) {
            throw input.damaged("bit stream without end mark");
        }
        position = size * 8 - (Integer.numberOfLeadingZeros(last) - 24) - 1;
    }

    /** Bits not read yet; negative if more were read than there are. */
    int remaining() {
        return position;
    }

    /** The next {@code count} bits, at most 32. */
    int read(int count) {
        int before = position;
        position -= count;
        if (position >= 0) {
            long word = Input.longAt(data, start + (position >>> 3));
            return (int) (word >>> (position & 7) & (1L << count) - 1);
        }
        if (before <= 0) {
            return 0;
        }
        long word = Input.longAt(data, start) & (1L << before) - 1;
        return (int) (word << -position);
    }
}
