package dev.igvmtool.bootshim.plan;

import dev.igvmtool.abi.sidecar.SidecarLimits;
import dev.igvmtool.bootshim.plan.AddressSpace.Policy;
import dev.igvmtool.bootshim.plan.AddressSpace.Usage;
import dev.igvmtool.devicetree.binding.CpuEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Neighbouring processors of one NUMA node that are to share a control page of the sidecar. */
record SidecarChunk(int baseVp, int count, long node) {
    private static final long PAGE_BYTES = 4096;

    /** Neighbouring processors of one node, in parts of nearly equal size that a control page can serve. */
    static List<SidecarChunk> of(List<CpuEntry> cpus) {
        List<SidecarChunk> chunks = new ArrayList<>();
        int start = 0;
        while (start < cpus.size()) {
            long node = cpus.get(start).node();
            int end = start;
            while (end < cpus.size() && cpus.get(end).node() == node) {
                end++;
            }
            int parts = ceilDiv(end - start, SidecarLimits.MAX_VPS_PER_NODE);
            int size = ceilDiv(end - start, parts);
            for (int base = start; base < end; base += size) {
                chunks.add(new SidecarChunk(base, Math.min(size, end - base), node));
            }
            start = end;
        }
        return chunks;
    }

    private static int ceilDiv(int dividend, int divisor) {
        return (dividend + divisor - 1) / divisor;
    }

    /**
     * True if the sidecar has a processor to start; the first of the chunk is never one.
     *
     * @param perCpu whether {@code flags} count
     */
    boolean hasSidecarVp(boolean perCpu, byte[] flags) {
        if (!perCpu) {
            return count > 1;
        }
        for (int vp = baseVp + 1; vp < baseVp + count; vp++) {
            if (flags[vp] != 0) {
                return true;
            }
        }
        return false;
    }

    /** Takes the memory of the node: near its processors, or else anywhere. */
    Optional<AddressSpace.Allocation> allocate(AddressSpace space, PlanLog log) {
        long bytes = SidecarLimits.nodeBytes(count);
        Optional<AddressSpace.Allocation> local =
                space.allocate(OptionalLong.of(node), bytes, Usage.SIDECAR_NODE, Policy.LOW, PAGE_BYTES);
        if (local.isPresent()) {
            return local;
        }
        Optional<AddressSpace.Allocation> anywhere =
                space.allocate(OptionalLong.empty(), bytes, Usage.SIDECAR_NODE, Policy.LOW, PAGE_BYTES);
        if (anywhere.isPresent()) {
            log.warn(
                    "sidecar: unable to allocate memory for sidecar node on node {}, falling back to node {}",
                    node,
                    anywhere.orElseThrow().node());
        }
        return anywhere;
    }
}
