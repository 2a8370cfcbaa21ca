package dev.igvmtool.machine.memory;

import java.util.Arrays;

/** A small number for every page: a default, and runs of pages that differ. Immutable. */
final class PageRuns {
    private final int defaultValue;
    /** First page of each run, ascending. */
    private final long[] firstPages;
    /** End of each run, exclusive. */
    private final long[] endPages;

    private final byte[] values;

    private PageRuns(int defaultValue, long[] firstPages, long[] endPages, byte[] values) {
        this.defaultValue = defaultValue;
        this.firstPages = firstPages;
        this.endPages = endPages;
        this.values = values;
    }

    /** The same number for all pages. */
    static PageRuns of(int defaultValue) {
        return new PageRuns(defaultValue, new long[0], new long[0], new byte[0]);
    }

    /** Number of runs that were set. */
    int count() {
        return firstPages.length;
    }

    /** The number of a page. */
    int value(long page) {
        int index = indexOf(page);
        return index >= 0 && page < endPages[index] ? values[index] : defaultValue;
    }

    /** The first page above {@code page} that may have another number; {@link Long#MAX_VALUE} if there is none. */
    long nextChange(long page) {
        int index = indexOf(page);
        if (index >= 0 && page < endPages[index]) {
            return endPages[index];
        }
        return index + 1 < firstPages.length ? firstPages[index + 1] : Long.MAX_VALUE;
    }

    /** True if all pages from {@code first} to {@code end}, exclusive, have one number. */
    boolean isUniform(long first, long end) {
        int value = value(first);
        for (long page = first; page < end; ) {
            if (value(page) != value) {
                return false;
            }
            page = nextChange(page);
        }
        return true;
    }

    /** The run that starts at or before a page; -1 if there is none. */
    private int indexOf(long page) {
        int found = Arrays.binarySearch(firstPages, page);
        return found >= 0 ? found : -found - 2;
    }

    PageRuns withDefault(int value) {
        return new PageRuns(value, firstPages, endPages, values);
    }

    /** The same with another number for the pages from {@code first} to {@code end}, exclusive. */
    PageRuns with(long first, long end, int value) {
        int count = firstPages.length;
        long[] newFirst = new long[count + 2];
        long[] newEnd = new long[count + 2];
        byte[] newValues = new byte[count + 2];
        int size = 0;
        boolean placed = false;
        for (int i = 0; i < count; i++) {
            if (!placed && first < firstPages[i]) {
                size = append(newFirst, newEnd, newValues, size, first, end, value);
                placed = true;
            }
            if (firstPages[i] < first) {
                size = append(
                        newFirst, newEnd, newValues, size, firstPages[i], Math.min(endPages[i], first), values[i]);
            }
            if (endPages[i] > end) {
                if (!placed) {
                    size = append(newFirst, newEnd, newValues, size, first, end, value);
                    placed = true;
                }
                size = append(newFirst, newEnd, newValues, size, Math.max(firstPages[i], end), endPages[i], values[i]);
            }
        }
        if (!placed) {
            size = append(newFirst, newEnd, newValues, size, first, end, value);
        }
        return new PageRuns(
                defaultValue,
                Arrays.copyOf(newFirst, size),
                Arrays.copyOf(newEnd, size),
                Arrays.copyOf(newValues, size));
    }

    private static int append(long[] firsts, long[] ends, byte[] values, int size, long first, long end, int value) {
        if (first >= end) {
            return size;
        }
        if (size > 0 && ends[size - 1] == first && values[size - 1] == value) {
            ends[size - 1] = end;
            return size;
        }
        firsts[size] = first;
        ends[size] = end;
        values[size] = (byte) value;
        return size + 1;
    }
}
