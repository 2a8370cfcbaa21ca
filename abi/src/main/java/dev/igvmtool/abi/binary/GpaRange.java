package dev.igvmtool.abi.binary;

import java.util.ArrayList;
import java.util.List;

/**
 * A half-open range of addresses, guest physical unless said otherwise.
 *
 * @param start first address
 * @param end first address past the range, unsigned, not below {@code start}
 */
public record GpaRange(long start, long end) {
    public GpaRange {
        if (Long.compareUnsigned(end, start) < 0) {
            throw new IllegalArgumentException(String.format("range ends at 0x%x, before its start 0x%x", end, start));
        }
    }

    /** The range of {@code sizeBytes} bytes from {@code start}; the end must not wrap. */
    public static GpaRange ofSize(long start, long sizeBytes) {
        return new GpaRange(start, start + sizeBytes);
    }

    /** Length in bytes, unsigned. */
    public long size() {
        return end - start;
    }

    /** True if there is no address in the range. */
    public boolean isEmpty() {
        return start == end;
    }

    /** True if {@code address} lies in the range. */
    public boolean contains(long address) {
        return Long.compareUnsigned(address, start) >= 0 && Long.compareUnsigned(address, end) < 0;
    }

    /** True if all of {@code other} lies in the range. */
    public boolean contains(GpaRange other) {
        return Long.compareUnsigned(other.start, start) >= 0 && Long.compareUnsigned(other.end, end) <= 0;
    }

    /** True if some address lies in both ranges. */
    public boolean overlaps(GpaRange other) {
        return Long.compareUnsigned(start, other.end) < 0
                && Long.compareUnsigned(other.start, end) < 0
                && !isEmpty()
                && !other.isEmpty();
    }

    /** What remains of the range without {@code others}, ascending. */
    public List<GpaRange> without(List<GpaRange> others) {
        List<GpaRange> rest = List.of(this);
        for (GpaRange taken : others) {
            List<GpaRange> next = new ArrayList<>();
            for (GpaRange range : rest) {
                if (!range.overlaps(taken)) {
                    next.add(range);
                    continue;
                }
                if (Long.compareUnsigned(range.start, taken.start) < 0) {
                    next.add(new GpaRange(range.start, taken.start));
                }
                if (Long.compareUnsigned(taken.end, range.end) < 0) {
                    next.add(new GpaRange(taken.end, range.end));
                }
            }
            rest = next;
        }
        return rest;
    }

    /** {@code 0xSTART-0xEND}, end exclusive. */
    @Override
    public String toString() {
        return String.format("0x%x-0x%x", start, end);
    }
}
