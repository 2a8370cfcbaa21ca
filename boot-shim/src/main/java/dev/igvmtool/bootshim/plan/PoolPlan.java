package dev.igvmtool.bootshim.plan;

import dev.igvmtool.bootshim.plan.AddressSpace.Policy;
import dev.igvmtool.bootshim.plan.AddressSpace.Usage;
import dev.igvmtool.bootshim.plan.DebugValue.Style;
import dev.igvmtool.devicetree.binding.MemoryEntry;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** The private pool: memory of VTL2 for device buffers that survive servicing. */
public final class PoolPlan {
    private static final long PAGE_BYTES = 4096;

    private final ShimInputs inputs;
    private final Topology topology;
    private final PlanLog log;

    private PoolPlan(ShimInputs inputs, Topology topology, PlanLog log) {
        this.inputs = inputs;
        this.topology = topology;
        this.log = log;
    }

    /**
     * Sets the pool aside. Nothing is done for an isolated guest, nor after servicing, where the pool is a given.
     *
     * @throws ShimFatalException if the pool does not fit
     */
    public static AddressSpace allocate(ShimInputs inputs, Topology topology, AddressSpace space, PlanLog log) {
        if (inputs.isolation() != TreeIsolation.NONE || inputs.persisted().isPresent()) {
            return space;
        }
        return new PoolPlan(inputs, topology, log).allocate(space);
    }

    private AddressSpace allocate(AddressSpace space) {
        OptionalLong pages = pages();
        if (pages.isEmpty()) {
            return space;
        }
        // The reference multiplies without a check, so that huge page counts wrap.
        long bytes = pages.getAsLong() * PAGE_BYTES;
        if (inputs.commandLine().options().splitPool()) {
            log.info("forcing VTL2 pool NUMA split across nodes");
        } else {
            Optional<AddressSpace.Allocation> whole =
                    space.allocate(OptionalLong.of(0), bytes, Usage.POOL, Policy.HIGH, PAGE_BYTES);
            if (whole.isPresent()) {
                log.info(
                        "allocated VTL2 pool at {}",
                        DebugValue.of(whole.orElseThrow().range()).show(Style.PRETTY_HEX));
                return whole.orElseThrow().rest();
            }
            log.info("node 0 cannot fit full pool, splitting across NUMA nodes");
        }
        return split(space, bytes);
    }

    /** The size as asked for, as suggested, or by a table; empty if there shall be no pool. */
    private OptionalLong pages() {
        PoolChoice choice = inputs.commandLine().options().pool();
        if (choice instanceof PoolChoice.Pages given) {
            log.info("vtl2 gpa pool enabled via command line with pages: {}", given.count());
            return OptionalLong.of(given.count());
        }
        if (choice instanceof PoolChoice.FromTable fromTable) {
            long hint = inputs.hostTree().dmaHintPages().orElse(0);
            if (hint != 0) {
                log.info("vtl2 gpa pool enabled via device tree with pages: {}", hint);
                return OptionalLong.of(hint);
            }
            log.info(
                    "vtl2 gpa pool coming from heuristics table: {}",
                    fromTable.table().shown().show(Style.DECIMAL));
            int processors = inputs.hostTree().cpus().size();
            return OptionalLong.of(
                    PoolTable.pages(fromTable.table(), processors, MemoryPlan.totalBytes(topology), log));
        }
        log.info("vtl2 gpa pool disabled via command line");
        return OptionalLong.empty();
    }

    private AddressSpace split(AddressSpace space, long bytes) {
        long[] nodes = topology.vtl2Memory().stream()
                .mapToLong(MemoryEntry::node)
                .distinct()
                .sorted()
                .toArray();
        long share = Long.divideUnsigned(bytes, nodes.length) & -PAGE_BYTES;
        if (share == 0) {
            throw new ShimFatalException(
                    String.format("VTL2 pool of 0x%x bytes cannot be split over %d nodes", bytes, nodes.length)
                            + asked());
        }
        AddressSpace rest = space;
        for (int i = 0; i < nodes.length; i++) {
            long node = nodes[i];
            long size = i == nodes.length - 1 ? bytes - share * i : share;
            AddressSpace before = rest;
            AddressSpace.Allocation part = rest.allocate(
                            OptionalLong.of(node), size, Usage.POOL, Policy.HIGH, PAGE_BYTES)
                    .orElseThrow(() -> new ShimFatalException(String.format(
                                    "VTL2 pool of 0x%x bytes does not fit: node %d has no room for 0x%x bytes",
                                    bytes, node, size)
                            + asked()
                            + ", highest node "
                            + nodes[nodes.length - 1]
                            + ", free: "
                            + free(before)));
            log.info(
                    "allocated VTL2 pool on node {} at {}",
                    node,
                    DebugValue.of(part.range()).show(Style.PRETTY_HEX));
            rest = part.rest();
        }
        return rest;
    }

    /** On what the size depends. */
    private String asked() {
        OptionalLong hint = inputs.hostTree().dmaHintPages();
        return String.format(
                "; asked for is %s, the host suggests %s, %d processors, 0x%x bytes of memory",
                inputs.commandLine()
                        .options()
                        .pool()
                        .shown()
                        .show(Style.DECIMAL)
                        .text(),
                hint.isPresent() ? Long.toUnsignedString(hint.getAsLong()) + " pages" : "nothing",
                inputs.hostTree().cpus().size(),
                MemoryPlan.totalBytes(topology));
    }

    private static String free(AddressSpace space) {
        String text = space.pieces().stream()
                .filter(piece -> piece.usage() == Usage.FREE)
                .map(piece -> piece.range() + " on node " + piece.node())
                .collect(Collectors.joining(", "));
        return text.isEmpty() ? "nothing" : text;
    }
}
