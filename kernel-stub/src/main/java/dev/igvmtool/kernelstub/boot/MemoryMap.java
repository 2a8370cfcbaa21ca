package dev.igvmtool.kernelstub.boot;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.linux.E820Entry;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory map that the kernel was given, checked: ascending, without overlaps.
 *
 * @param entries as given
 */
public record MemoryMap(List<E820Entry> entries) {
    /** Highest address plus one of four-level paging and of all processors that this kernel runs on: 52 bits. */
    private static final long END_OF_ADDRESSES = 1L << 52;

    private static final long PAGE = 4096;

    /**
     * Checks the map.
     *
     * @throws FormatException if it is empty, or an entry wraps, overlaps or goes backwards
     */
    public MemoryMap {
        entries = List.copyOf(entries);
        if (entries.stream().noneMatch(entry -> entry.type() == E820Entry.RAM)) {
            throw new FormatException(
                    "the memory map of the zero page has no RAM among its " + entries.size() + " entries");
        }
        long previousEnd = 0;
        for (int i = 0; i < entries.size(); i++) {
            E820Entry entry = entries.get(i);
            if (entry.size() <= 0 || entry.addr() < 0 || entry.end() < 0 || entry.end() > END_OF_ADDRESSES) {
                throw new FormatException(String.format(
                        "e820 entry %d covers 0x%x bytes at 0x%x, expected a range below 2^52",
                        i, entry.size(), entry.addr()));
            }
            if (entry.addr() < previousEnd) {
                throw new FormatException(String.format(
                        "e820 entry %d starts at 0x%x, before 0x%x where the entry before it ends",
                        i, entry.addr(), previousEnd));
            }
            previousEnd = entry.end();
        }
    }

    /** Usable memory, adjacent entries merged. */
    public List<GpaRange> ram() {
        List<GpaRange> ranges = new ArrayList<>();
        for (E820Entry entry : entries) {
            if (entry.type() != E820Entry.RAM) {
                continue;
            }
            int last = ranges.size() - 1;
            if (last >= 0 && ranges.get(last).end() == entry.addr()) {
                ranges.set(last, new GpaRange(ranges.get(last).start(), entry.end()));
            } else {
                ranges.add(new GpaRange(entry.addr(), entry.end()));
            }
        }
        return List.copyOf(ranges);
    }

    /** True if all of {@code range} is usable memory. */
    public boolean isRam(GpaRange range) {
        return ram().stream().anyMatch(ram -> ram.contains(range));
    }

    /** Whole pages of usable memory outside {@code occupied}. */
    public List<GpaRange> free(List<GpaRange> occupied) {
        List<GpaRange> pages = new ArrayList<>();
        for (GpaRange ram : ram()) {
            for (GpaRange range : ram.without(occupied)) {
                long start = range.start() + PAGE - 1 & -PAGE;
                long end = range.end() & -PAGE;
                if (start < end) {
                    pages.add(new GpaRange(start, end));
                }
            }
        }
        return List.copyOf(pages);
    }
}
