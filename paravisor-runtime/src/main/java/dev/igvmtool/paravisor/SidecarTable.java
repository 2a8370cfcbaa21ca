package dev.igvmtool.paravisor;

import dev.igvmtool.abi.mshv.SidecarInfo;
import dev.igvmtool.abi.sidecar.CommandPage;

/** The sidecar nodes that the process has opened, in its data: for each file, CPUs and mapping. */
record SidecarTable(ParavisorProcess process) {
    /** Nodes that fit. */
    static final int MAX_NODES = 64;

    private static final int ENTRY_BYTES = 0x40;
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

    /** The node that manages a CPU. */
    Node nodeOf(int cpu) {
        for (int i = 0; i < size(); i++) {
            if (node(i).contains(cpu)) {
                return node(i);
            }
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
