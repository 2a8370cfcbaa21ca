package dev.igvmtool.debugger.view;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.machine.memory.MemorySnapshot;
import dev.igvmtool.machine.memory.PhysicalMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Bytes that differ between two moments.
 *
 * @param before what stands there at the first moment
 * @param after what stands there at the second
 */
public record MemoryChange(GpaRange range, Bytes before, Bytes after) {
    private static final int PAGE = PhysicalMemory.PAGE_SIZE;

    /** Changes that are at most this far apart are one. */
    private static final int NEAR = 8;

    /**
     * What differs between two moments of a run; the present one stays.
     *
     * @param within only this range, if given
     */
    public static List<MemoryChange> between(Debugger debugger, long first, long second, Optional<GpaRange> within) {
        long here = debugger.history().now();
        try {
            debugger.history().goTo(first);
            MemorySnapshot before = debugger.history().snapshot().memory();
            debugger.history().goTo(second);
            MemorySnapshot after = debugger.history().snapshot().memory();
            return between(before, after, within);
        } finally {
            debugger.history().goTo(here);
        }
    }

    /** What differs between two contents. */
    public static List<MemoryChange> between(MemorySnapshot before, MemorySnapshot after, Optional<GpaRange> within) {
        Memory old = before.content();
        Memory now = after.content();
        List<MemoryChange> changes = new ArrayList<>();
        for (long page : after.pagesThatDiffer(before)) {
            long start = within.map(range -> Math.max(page, range.start())).orElse(page);
            long end = within.map(range -> Math.min(page + PAGE, range.end())).orElse(page + PAGE);
            if (start < end) {
                compare(
                        start,
                        old.readBytes(start, (int) (end - start)),
                        now.readBytes(start, (int) (end - start)),
                        changes);
            }
        }
        return changes;
    }

    private static void compare(long gpa, Bytes before, Bytes after, List<MemoryChange> changes) {
        int start = -1;
        int last = -1;
        for (int i = 0; i <= before.size(); i++) {
            boolean differs = i < before.size() && before.get(i) != after.get(i);
            boolean over = start >= 0 && (i == before.size() || !differs && i - last > NEAR);
            if (over) {
                int length = last + 1 - start;
                changes.add(new MemoryChange(
                        GpaRange.ofSize(gpa + start, length), before.slice(start, length), after.slice(start, length)));
                start = -1;
            }
            if (differs) {
                start = start < 0 ? i : start;
                last = i;
            }
        }
    }
}
