package dev.igvmtool.machine.memory;

import dev.igvmtool.abi.hv.GpaProtection;
import java.util.Arrays;

/** What one VTL lets the VTLs below it do, by page: a default and runs of pages that differ. Immutable. */
final class VtlProtections {
    static final VtlProtections NONE =
            new VtlProtections(false, GpaProtection.ALL, new long[0], new long[0], new byte[0]);

    /** False: everything is allowed. */
    private final boolean enabled;

    private final int defaultMask;
    /** First page of each run, ascending. */
    private final long[] firstPages;
    /** End of each run, exclusive. */
    private final long[] endPages;

    private final byte[] masks;

    private VtlProtections(boolean enabled, int defaultMask, long[] firstPages, long[] endPages, byte[] masks) {
        this.enabled = enabled;
        this.defaultMask = defaultMask;
        this.firstPages = firstPages;
        this.endPages = endPages;
        this.masks = masks;
    }

    boolean enabled() {
        return enabled;
    }

    /** Number of runs that differ from the default. */
    int runCount() {
        return firstPages.length;
    }

    /** What lower VTLs may do with a page. */
    int mask(long page) {
        if (!enabled) {
            return GpaProtection.ALL;
        }
        int found = Arrays.binarySearch(firstPages, page);
        int index = found >= 0 ? found : -found - 2;
        return index >= 0 && page < endPages[index] ? masks[index] : defaultMask;
    }

    VtlProtections withDefault(boolean nowEnabled, int mask) {
        return new VtlProtections(nowEnabled, mask, firstPages, endPages, masks);
    }

    /** The same with another mask for the pages from {@code first} to {@code end}, exclusive. */
    VtlProtections with(long first, long end, int mask) {
        int count = firstPages.length;
        long[] newFirst = new long[count + 2];
        long[] newEnd = new long[count + 2];
        byte[] newMasks = new byte[count + 2];
        int size = 0;
        boolean placed = false;
        for (int i = 0; i < count; i++) {
            if (!placed && first < firstPages[i]) {
                size = append(newFirst, newEnd, newMasks, size, first, end, mask);
                placed = true;
            }
            if (firstPages[i] < first) {
                size = append(newFirst, newEnd, newMasks, size, firstPages[i], Math.min(endPages[i], first), masks[i]);
            }
            if (endPages[i] > end) {
                if (!placed) {
                    size = append(newFirst, newEnd, newMasks, size, first, end, mask);
                    placed = true;
                }
                size = append(newFirst, newEnd, newMasks, size, Math.max(firstPages[i], end), endPages[i], masks[i]);
            }
        }
        if (!placed) {
            size = append(newFirst, newEnd, newMasks, size, first, end, mask);
        }
        return new VtlProtections(
                enabled,
                defaultMask,
                Arrays.copyOf(newFirst, size),
                Arrays.copyOf(newEnd, size),
                Arrays.copyOf(newMasks, size));
    }

    private static int append(long[] firsts, long[] ends, byte[] masks, int size, long first, long end, int mask) {
        if (first >= end) {
            return size;
        }
        if (size > 0 && ends[size - 1] == first && masks[size - 1] == mask) {
            ends[size - 1] = end;
            return size;
        }
        firsts[size] = first;
        ends[size] = end;
        masks[size] = (byte) mask;
        return size + 1;
    }
}
