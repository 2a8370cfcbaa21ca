package dev.igvmtool.bootshim.plan;

import dev.igvmtool.bootshim.plan.AddressSpace.Policy;
import dev.igvmtool.bootshim.plan.AddressSpace.Usage;
import dev.igvmtool.devicetree.binding.HostTree;
import dev.igvmtool.devicetree.binding.MemoryEntry;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import java.util.Optional;
import java.util.OptionalLong;

/** The private pool: memory of VTL2 for device buffers that survive servicing. */
public final class PoolPlan {
    private static final long PAGE_BYTES = 4096;

    private PoolPlan() {}

    /**
     * Sets the pool aside. Nothing is done for an isolated guest, nor after servicing, where the pool is a given.
     *
     * @throws ShimFatalException if the pool does not fit
     */
    public static AddressSpace allocate(ShimInputs inputs, Topology topology, AddressSpace space, PlanLog log) {
        if (inputs.isolation() != TreeIsolation.NONE || inputs.persisted().isPresent()) {
            return space;
        }
        ShimOptions options = inputs.commandLine().options();
        long pages = pages(options.pool(), inputs.hostTree(), MemoryPlan.totalBytes(topology), log);
        if (pages == 0) {
            return space;
        }
        // The reference multiplies without a check, so that huge page counts wrap.
        long bytes = pages * PAGE_BYTES;
        if (options.splitPool()) {
            log.info("private pool: split over the nodes as asked");
        } else {
            Optional<AddressSpace.Allocation> whole =
                    space.allocate(OptionalLong.of(0), bytes, Usage.POOL, Policy.HIGH, PAGE_BYTES);
            if (whole.isPresent()) {
                log.info("private pool at %s", whole.orElseThrow().range());
                return whole.orElseThrow().rest();
            }
            log.info("private pool: does not fit node 0, split over the nodes");
        }
        return split(topology, space, bytes, log);
    }

    private static long pages(PoolChoice choice, HostTree host, long memoryBytes, PlanLog log) {
        if (choice instanceof PoolChoice.Pages given) {
            log.info("private pool: %s pages by command line", Long.toUnsignedString(given.count()));
            return given.count();
        }
        if (choice instanceof PoolChoice.FromTable fromTable) {
            long hint = host.dmaHintPages().orElse(0);
            if (hint != 0) {
                log.info("private pool: %s pages by device tree", Long.toUnsignedString(hint));
                return hint;
            }
            return PoolTable.pages(fromTable.table(), host.cpus().size(), memoryBytes, log);
        }
        log.info("private pool: off by command line");
        return 0;
    }

    private static AddressSpace split(Topology topology, AddressSpace space, long bytes, PlanLog log) {
        long[] nodes = topology.vtl2Memory().stream()
                .mapToLong(MemoryEntry::node)
                .distinct()
                .sorted()
                .toArray();
        long share = Long.divideUnsigned(bytes, nodes.length) & -PAGE_BYTES;
        if (share == 0) {
            throw new ShimFatalException(
                    String.format("private pool of 0x%x bytes cannot be split over %d nodes", bytes, nodes.length));
        }
        AddressSpace rest = space;
        for (int i = 0; i < nodes.length; i++) {
            long node = nodes[i];
            long size = i == nodes.length - 1 ? bytes - share * i : share;
            AddressSpace before = rest;
            AddressSpace.Allocation part = rest.allocate(
                            OptionalLong.of(node), size, Usage.POOL, Policy.HIGH, PAGE_BYTES)
                    .orElseThrow(() -> new ShimFatalException(String.format(
                            "private pool does not fit: node %d needs 0x%x of 0x%x bytes, free is %s",
                            node, size, bytes, free(before))));
            log.info("private pool on node %d at %s", node, part.range());
            rest = part.rest();
        }
        return rest;
    }

    private static String free(AddressSpace space) {
        StringBuilder text = new StringBuilder();
        for (AddressSpace.Piece piece : space.pieces()) {
            if (piece.usage() == Usage.FREE) {
                text.append(text.isEmpty() ? "" : ", ").append(piece.range());
                text.append(" on node ").append(piece.node());
            }
        }
        return text.isEmpty() ? "nothing" : text.toString();
    }
}
