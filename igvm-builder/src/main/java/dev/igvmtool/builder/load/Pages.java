package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.FormatException;

/** Page arithmetic on addresses that come from files: nothing wraps silently. */
final class Pages {
    static final long SIZE = ImageSink.PAGE;
    static final long LARGE = 0x20_0000;

    private Pages() {}

    /** {@code value} rounded up to a multiple of {@code alignment}, a power of two. */
    static long up(long value, long alignment) {
        return (value + alignment - 1) & -alignment;
    }

    static long up(long value) {
        return up(value, SIZE);
    }

    static long count(long bytes) {
        return up(bytes) / SIZE;
    }

    /** An address from a file plus an offset; beyond 2^52 there is no guest memory. */
    static long add(long address, long offset, String what) {
        long sum = address + offset;
        if (address < 0 || offset < 0 || sum < 0 || sum > 1L << 52) {
            throw new FormatException(String.format(
                    "%s 0x%x moved by 0x%x lies outside of guest memory, which ends at 0x10000000000000",
                    what, address, offset));
        }
        return sum;
    }
}
