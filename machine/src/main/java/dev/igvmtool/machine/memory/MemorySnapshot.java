package dev.igvmtool.machine.memory;

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
