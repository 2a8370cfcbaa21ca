package dev.igvmtool.machine.memory;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.Memory;
import java.util.List;

/** Content of guest memory at one moment; pages are shared with the running memory and with other snapshots. */
public final class MemorySnapshot {
    private final Object tree;
    private final long[] starts;
    private final long[] ends;

    MemorySnapshot(Object tree, long[] starts, long[] ends) {
        this.tree = tree;
        this.starts = starts;
        this.ends = ends;
    }

    /**
     * This content, to look at: what is written there is nobody else's.
     */
    public Memory content() {
        return PhysicalMemory.copyOf(this);
    }

    /** What was RAM, ascending. */
    public List<GpaRange> ram() {
        return PhysicalMemory.copyOf(this).ram();
    }

    /** GPAs of the pages whose content is not that of an earlier or later moment, ascending. */
    public long[] pagesThatDiffer(MemorySnapshot other) {
        long[] pages = PageComparison.of(other.tree, tree).changedPages();
        for (int i = 0; i < pages.length; i++) {
            pages[i] *= PhysicalMemory.PAGE_SIZE;
        }
        return pages;
    }

    /** About how many bytes this takes besides what it shares with an earlier snapshot. */
    public long bytesBeyond(MemorySnapshot earlier) {
        return PageComparison.of(earlier.tree, tree).newBytes();
    }

    Object tree() {
        return tree;
    }

    long[] starts() {
        return starts;
    }

    long[] ends() {
        return ends;
    }
}
