package dev.igvmtool.host.loader;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.devicetree.binding.MemoryEntry;
import dev.igvmtool.host.config.RamRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What the guest is told about its memory: every RAM range, cut where memory that VTL2 may protect begins or ends;
 * pieces that touch and are alike are one.
 *
 * @param entries ascending, with NUMA node and type
 */
public record GuestMemoryMap(List<MemoryEntry> entries) {
    public GuestMemoryMap {
        entries = List.copyOf(entries);
    }

    /**
     * @param ram all RAM, that of VTL2 included
     * @param protectable ranges in any order, which may overlap; parts outside RAM do not count
     */
    public static GuestMemoryMap of(List<RamRange> ram, List<GpaRange> protectable) {
        List<RamRange> sortedRam = new ArrayList<>(ram);
        sortedRam.sort(
                (a, b) -> Long.compareUnsigned(a.range().start(), b.range().start()));
        List<GpaRange> flat = flatten(protectable);
        List<MemoryEntry> entries = new ArrayList<>();
        for (RamRange range : sortedRam) {
            long next = range.range().start();
            long end = range.range().end();
            for (GpaRange part : flat) {
                if (part.overlaps(range.range())) {
                    long from = max(next, part.start());
                    long to = min(end, part.end());
                    add(entries, next, from, range.node(), MemoryEntry.MEMORY);
                    add(entries, from, to, range.node(), MemoryEntry.VTL2_PROTECTABLE);
                    next = to;
                }
            }
            add(entries, next, end, range.node(), MemoryEntry.MEMORY);
        }
        return new GuestMemoryMap(entries);
    }

    /** The union of {@code ranges}: ascending, and neither touching nor overlapping. */
    static List<GpaRange> flatten(List<GpaRange> ranges) {
        List<GpaRange> sorted = new ArrayList<>(ranges);
        sorted.removeIf(GpaRange::isEmpty);
        sorted.sort(Comparator.comparing(GpaRange::start, Long::compareUnsigned));
        List<GpaRange> flat = new ArrayList<>();
        for (GpaRange range : sorted) {
            int last = flat.size() - 1;
            if (last >= 0 && Long.compareUnsigned(range.start(), flat.get(last).end()) <= 0) {
                GpaRange joined = flat.get(last);
                flat.set(last, new GpaRange(joined.start(), max(joined.end(), range.end())));
            } else {
                flat.add(range);
            }
        }
        return flat;
    }

    private static void add(List<MemoryEntry> entries, long start, long end, int node, int type) {
        if (Long.compareUnsigned(start, end) >= 0) {
            return;
        }
        int last = entries.size() - 1;
        if (last >= 0 && entries.get(last).range().end() == start) {
            MemoryEntry before = entries.get(last);
            if (before.node() == node && before.igvmType() == type) {
                entries.set(last, new MemoryEntry(new GpaRange(before.range().start(), end), node, type));
                return;
            }
        }
        entries.add(new MemoryEntry(new GpaRange(start, end), node, type));
    }

    private static long max(long a, long b) {
        return Long.compareUnsigned(a, b) >= 0 ? a : b;
    }

    private static long min(long a, long b) {
        return Long.compareUnsigned(a, b) <= 0 ? a : b;
    }
}
