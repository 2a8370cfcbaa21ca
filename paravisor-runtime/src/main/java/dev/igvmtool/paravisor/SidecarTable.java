package dev.igvmtool.paravisor;

import dev.igvmtool.abi.mshv.SidecarInfo;
import dev.igvmtool.abi.sidecar.CommandPage;
import dev.igvmtool.abi.sidecar.SidecarLimits;

/** The sidecar nodes that the process has opened, in its data: for each file, CPUs and mapping. */
record SidecarTable(ParavisorProcess process) {
    /** Nodes that fit: as many as the sidecar can have. */
    static final int MAX_NODES = SidecarLimits.MAX_NODES;

    private static final int ENTRY_BYTES = 0x40;

    /** Bytes of the table. */
    static final int BYTES = MAX_NODES * ENTRY_BYTES;

    private static final int FILE = 0x00;
    private static final int INFO = 0x08;
    private static final int MAPPING = 0x18;

    /** One node. */
    record Node(long file, SidecarInfo info, long mapping) {
        /** True if the node manages a CPU. */
        boolean contains(int cpu) {
            return cpu >= info.baseCpu() && cpu < info.baseCpu() + info.cpuCount();
        }

        /** Address of the command page of a CPU. */
        long commandPage(int cpu) {
            return mapping + (cpu - info.baseCpu()) * info.bytesPerCpu();
        }
    }

    /** Number of nodes. */
    int size() {
        return process.getInt(Variable.SIDECAR_NODES);
    }

    /** A node. */
    Node node(int index) {
        return new Node(
                process.cpu().memory().readU64(entry(index) + FILE),
                process.cpu().memory().read(SidecarInfo.CODEC, info(index)),
                process.cpu().memory().readU64(entry(index) + MAPPING));
    }

    /** The node that manages a CPU; nodes come in the order of their CPUs. */
    Node nodeOf(int cpu) {
        int low = 0;
        int high = size();
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (process.cpu().memory().readU32(info(middle)) <= cpu) {
                low = middle;
            } else {
                high = middle;
            }
        }
        if (low < high && node(low).contains(cpu)) {
            return node(low);
        }
        throw new ParavisorFailure("CPU " + cpu + " is offline and belongs to no sidecar node");
    }

    /** The command page of a CPU. */
    CommandPage commandPage(int cpu) {
        return new CommandPage(process.cpu().memory(), nodeOf(cpu).commandPage(cpu));
    }

    /** Address where the kernel writes what a node manages. */
    long info(int index) {
        return entry(index) + INFO;
    }

    void setFile(int index, long file) {
        process.cpu().memory().writeU64(entry(index) + FILE, file);
    }

    void setMapping(int index, long gva) {
        process.cpu().memory().writeU64(entry(index) + MAPPING, gva);
    }

    private long entry(int index) {
        return process.at(DataLayout.SIDECAR) + (long) index * ENTRY_BYTES;
    }
}
