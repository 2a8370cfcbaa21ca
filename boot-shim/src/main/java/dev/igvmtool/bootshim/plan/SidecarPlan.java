package dev.igvmtool.bootshim.plan;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.sidecar.SidecarLimits;
import dev.igvmtool.abi.sidecar.SidecarNodeRecord;
import dev.igvmtool.abi.sidecar.SidecarParams;
import dev.igvmtool.bootshim.plan.DebugValue.Style;
import dev.igvmtool.devicetree.binding.CpuEntry;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Whether the sidecar starts, on which nodes, and what it leaves to the kernel. Follows openhcl_boot/src/sidecar.rs.
 *
 * @param nodes empty if the sidecar does not start
 * @param logging true if the sidecar logs to the serial port
 * @param servicing which processors are left out after servicing
 * @param startsVp per processor 1 if the sidecar starts it; meaningful only if {@code servicing} is active
 * @param addressSpace with the memory of the nodes taken
 */
public record SidecarPlan(
        List<SidecarNodeRecord> nodes,
        boolean logging,
        ServicingRule servicing,
        Bytes startsVp,
        AddressSpace addressSpace) {
    private static final int MAX_NUMA_NODES = 64;

    public SidecarPlan {
        nodes = List.copyOf(nodes);
    }

    /**
     * What servicing asks of the sidecar.
     *
     * @param disabled true if the sidecar must not start, because its table does not reach far enough
     * @param excluded processors that it must not start, ascending; the override is active if there are any
     */
    public record ServicingRule(boolean disabled, List<Long> excluded) {
        public ServicingRule {
            excluded = List.copyOf(excluded);
        }

        /** The rule for the processors that the persisted state names. */
        public static ServicingRule of(ShimInputs inputs, Topology topology, PlanLog log) {
            List<Long> excluded = topology.excludedCpus();
            if (excluded.isEmpty()) {
                return new ServicingRule(false, List.of());
            }
            int limit = SidecarLimits.MAX_PER_CPU_FLAGS;
            if (inputs.hostTree().cpus().size() > limit
                    || Long.compareUnsigned(excluded.get(excluded.size() - 1), limit) >= 0) {
                log.info(
                        "sidecar: disabling, too many CPUs for per-CPU state (max id {})",
                        excluded.get(excluded.size() - 1));
                return new ServicingRule(true, List.of());
            }
            log.info(
                    "sidecar: excluding CPUs {} due to restored NVMe device state",
                    DebugValue.numbers(excluded).show(Style.DECIMAL));
            return new ServicingRule(false, excluded);
        }

        /** True if the flags per processor count. */
        public boolean active() {
            return !excluded.isEmpty();
        }
    }

    /** True if the sidecar is called. */
    public boolean starts() {
        return !nodes.isEmpty();
    }

    /** Bytes of memory that the nodes take. */
    public long totalBytes() {
        return nodes.stream().mapToLong(SidecarNodeRecord::memorySize).sum();
    }

    /** The page for the sidecar. */
    public SidecarParams params(long hypercallPage) {
        return new SidecarParams(hypercallPage, logging, nodes, servicing.active(), startsVp);
    }

    /** The processors that the kernel starts itself, ascending. */
    public List<Long> bootCpus(int processors) {
        if (!servicing.active()) {
            return nodes.stream().map(SidecarNodeRecord::baseVp).toList();
        }
        return IntStream.range(0, processors)
                .filter(vp -> startsVp.u8(vp) == 0)
                .asLongStream()
                .boxed()
                .toList();
    }

    /**
     * Decides.
     *
     * @param x2apic whether the processor has an x2APIC; asked only if nothing earlier forbids the sidecar
     */
    public static SidecarPlan of(ShimInputs inputs, MemoryPlan memory, BooleanSupplier x2apic, PlanLog log) {
        ServicingRule servicing = ServicingRule.of(inputs, memory.topology(), PlanLog.SILENT);
        SidecarOption option = servicing.disabled()
                ? SidecarOption.DISABLED_SERVICING
                : inputs.commandLine().options().sidecar();
        byte[] flags = SidecarParams.ALL_VPS.toByteArray();
        servicing.excluded().forEach(vp -> flags[vp.intValue()] = 0);
        boolean logging = option == SidecarOption.LOGGING;
        List<SidecarChunk> chunks = SidecarChunk.of(inputs.hostTree().cpus());
        if (!allowed(inputs, memory, option, chunks, x2apic, log)) {
            return new SidecarPlan(List.of(), logging, servicing, Bytes.of(flags), memory.addressSpace());
        }
        AddressSpace space = memory.addressSpace();
        List<SidecarNodeRecord> nodes = new ArrayList<>();
        for (SidecarChunk chunk : chunks) {
            if (!chunk.hasSidecarVp(servicing.active(), flags)) {
                log.info(
                        "sidecar: node at base VP {} ({} VPs) has no sidecar-started APs; kernel-starting all of them",
                        chunk.baseVp(),
                        chunk.count());
                if (servicing.active()) {
                    flags[chunk.baseVp()] = 0;
                }
                continue;
            }
            if (nodes.size() == SidecarLimits.MAX_NODES) {
                throw new ShimFatalException("sidecar: more than " + SidecarLimits.MAX_NODES + " nodes");
            }
            Optional<AddressSpace.Allocation> taken = chunk.allocate(space, log);
            if (taken.isEmpty()) {
                log.warn("sidecar: not enough memory for sidecar");
                return new SidecarPlan(List.of(), logging, servicing, Bytes.of(flags), space);
            }
            space = taken.orElseThrow().rest();
            nodes.add(new SidecarNodeRecord(
                    taken.orElseThrow().range().start(),
                    taken.orElseThrow().range().size(),
                    chunk.baseVp(),
                    chunk.count()));
            log.info(
                    "sidecar: created node index={} base_vp={} vp_count={} vnode={}",
                    nodes.size() - 1,
                    chunk.baseVp(),
                    chunk.count(),
                    chunk.node());
            if (servicing.active()) {
                log.info("sidecar: per_cpu_state_specified=true, marking base_vp={} as kernel-started", chunk.baseVp());
                flags[chunk.baseVp()] = 0;
            }
        }
        if (nodes.isEmpty()) {
            log.info("sidecar: no nodes have sidecar-started APs; disabling sidecar");
        }
        return new SidecarPlan(nodes, logging, servicing, Bytes.of(flags), space);
    }

    private static boolean allowed(
            ShimInputs inputs,
            MemoryPlan memory,
            SidecarOption option,
            List<SidecarChunk> chunks,
            BooleanSupplier x2apic,
            PlanLog log) {
        if (inputs.isolation() != TreeIsolation.NONE) {
            return false;
        }
        if (inputs.image().sidecar().isEmpty()) {
            log.info("sidecar: not present in image");
            return false;
        }
        if (!option.enabled()) {
            log.info(
                    "sidecar: disabled {}",
                    option == SidecarOption.DISABLED_SERVICING
                            ? "because this is a servicing restore"
                            : "via command line");
            return false;
        }
        long highest = Stream.concat(
                        inputs.hostTree().cpus().stream().map(CpuEntry::node),
                        memory.topology().vtl2Memory().stream().map(entry -> entry.node()))
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
        if (highest >= MAX_NUMA_NODES) {
            log.warn("sidecar: NUMA node {} too large", highest);
            return false;
        }
        if (!x2apic.getAsBoolean()) {
            log.warn("sidecar: x2apic not available; not using sidecar");
            return false;
        }
        if (chunks.stream().allMatch(chunk -> chunk.count() == 1)) {
            log.info("sidecar: all NUMA nodes have one CPU");
            return false;
        }
        return true;
    }
}
