package dev.igvmtool.builder.emit;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.builder.load.Acceptance;
import dev.igvmtool.builder.manifest.ManifestException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The pages that an image fills or reserves, each once. */
final class AcceptedRanges {
    private static final int PAGE_SHIFT = 12;

    private final TreeMap<Long, Entry> byFirstPage = new TreeMap<>();

    /**
     * Some pages.
     *
     * @param endPage exclusive
     */
    record Entry(long firstPage, long endPage, String tag, Acceptance acceptance) {
        GpaRange range() {
            return new GpaRange(firstPage << PAGE_SHIFT, endPage << PAGE_SHIFT);
        }

        @Override
        public String toString() {
            return tag + " at " + range() + " (" + acceptance + ")";
        }
    }

    /** Adds pages; those that are taken already are an error that names both. */
    void add(long firstPage, long pageCount, String tag, Acceptance acceptance) {
        Entry added = new Entry(firstPage, firstPage + pageCount, tag, acceptance);
        Map.Entry<Long, Entry> before = byFirstPage.lowerEntry(added.endPage);
        if (before != null && before.getValue().endPage > firstPage) {
            throw new ManifestException(added + " overlaps " + before.getValue());
        }
        byFirstPage.put(firstPage, added);
    }

    /** The same ranges, to add to. */
    AcceptedRanges copy() {
        AcceptedRanges result = new AcceptedRanges();
        result.byFirstPage.putAll(byFirstPage);
        return result;
    }

    /** All ranges, ascending; neighbours of the same tag and acceptance are one. */
    List<Entry> joined() {
        List<Entry> result = new ArrayList<>();
        for (Entry entry : byFirstPage.values()) {
            Entry last = result.isEmpty() ? null : result.get(result.size() - 1);
            if (last != null
                    && last.endPage == entry.firstPage
                    && last.tag.equals(entry.tag)
                    && last.acceptance == entry.acceptance) {
                result.set(result.size() - 1, new Entry(last.firstPage, entry.endPage, entry.tag, entry.acceptance));
            } else {
                result.add(entry);
            }
        }
        return result;
    }
}
