package dev.igvmtool.bootshim.plan;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.shim.MemoryVtlType;
import dev.igvmtool.abi.shim.PersistedStateHeader;
import dev.igvmtool.abi.shim.SavedState;
import dev.igvmtool.bootshim.plan.DebugValue.Style;
import dev.igvmtool.devicetree.binding.HostTree;
import dev.igvmtool.devicetree.binding.MemoryEntry;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What of the partition belongs to VTL2: chosen on a first boot, taken over after servicing. Follows
 * openhcl_boot/src/host_params/dt/mod.rs.
 *
 * @param vtl2Memory ascending
 * @param vtl0Mmio what is left to the guest
 * @param vtl2Mmio for the paravisor's bus
 * @param persistedHeader page of the persisted state's header
 * @param persistedPayload what is kept for its payload
 * @param pool private pool of the previous instance, ascending; empty on a first boot
 * @param excludedCpus processors that the sidecar must not start, ascending; empty on a first boot
 */
public record Topology(
        List<MemoryEntry> vtl2Memory,
        List<GpaRange> vtl0Mmio,
        List<GpaRange> vtl2Mmio,
        GpaRange persistedHeader,
        GpaRange persistedPayload,
        List<GpaRange> pool,
        List<Long> excludedCpus) {
    private static final long PAGE_BYTES = 4096;

    public Topology {
        vtl2Memory = List.copyOf(vtl2Memory);
        vtl0Mmio = List.copyOf(vtl0Mmio);
        vtl2Mmio = List.copyOf(vtl2Mmio);
        pool = List.copyOf(pool);
        excludedCpus = List.copyOf(excludedCpus);
    }

    /**
     * Decides on a first boot, takes over after servicing.
     *
     * @throws ShimFatalException if host and image do not agree, or memory or MMIO do not suffice
     */
    public static Topology of(ShimInputs inputs, PlanLog log) {
        return inputs.persisted().isPresent()
                ? restored(inputs, inputs.persisted().orElseThrow(), log)
                : firstBoot(inputs, log);
    }

    private static Topology firstBoot(ShimInputs inputs, PlanLog log) {
        log.info("reading topology from host device tree");
        List<MemoryEntry> memory = Vtl2MemoryChoice.of(inputs, log);
        MmioChoice mmio = MmioChoice.of(inputs, log);
        GpaRange region = inputs.image().persistedStateRegion();
        if (Long.compareUnsigned(region.size(), PersistedStateHeader.USED_BYTES) < 0) {
            throw new ShimFatalException(String.format(
                    "region for persisted state %s, expected at least 0x%x bytes",
                    region, PersistedStateHeader.USED_BYTES));
        }
        long header = region.start() + PAGE_BYTES;
        return new Topology(
                memory,
                mmio.vtl0(),
                mmio.vtl2(),
                new GpaRange(region.start(), header),
                new GpaRange(header, region.start() + PersistedStateHeader.USED_BYTES),
                List.of(),
                List.of());
    }

    private static Topology restored(ShimInputs inputs, SavedState state, PlanLog log) {
        PersistedState.Heap heap =
                PersistedState.heap(state, inputs.image().params().heapSize());
        log.info(
                "Bump allocator: allocated {} bytes in {} allocations ({} bytes free)",
                heap.bytes(),
                heap.allocations(),
                heap.freeBytes());
        log.info(
                "persisted state: cpus_with_mapped_interrupts_no_io={}, cpus_with_outstanding_io={}",
                DebugValue.numbers(state.cpusWithMappedInterrupts()).show(Style.DECIMAL),
                DebugValue.numbers(state.cpusWithOutstandingIo()).show(Style.DECIMAL));
        List<MemoryEntry> memory = RangeWalk.merge(
                state.memory().stream()
                        .filter(entry -> entry.type().isVtl2Ram())
                        .map(entry -> new MemoryEntry(entry.range(), entry.node(), entry.igvmType()))
                        .toList(),
                MemoryEntry::range,
                Topology::join);
        limit(memory.size(), Vtl2MemoryChoice.MAX_RANGES, "ranges of VTL2 memory");
        HostTree host = inputs.hostTree();
        if (!host.allocation().vtl2()) {
            List<MemoryEntry> given = Vtl2MemoryChoice.of(inputs, PlanLog.SILENT);
            if (!memory.equals(given)) {
                throw new ShimFatalException(
                        "memory of VTL2 in the persisted state is " + memory + ", the host gives " + given);
            }
        }
        GpaRange header = single(state, MemoryVtlType.VTL2_PERSISTED_STATE_HEADER);
        GpaRange payload = single(state, MemoryVtlType.VTL2_PERSISTED_STATE_PROTOBUF);
        if (header.end() != payload.start()) {
            throw new ShimFatalException(
                    "persisted state: header " + header + " and payload " + payload + " do not touch");
        }
        TreeSet<Long> excluded = new TreeSet<>(state.cpusWithMappedInterrupts());
        excluded.addAll(state.cpusWithOutstandingIo());
        return new Topology(
                memory,
                mmio(state, MemoryVtlType.VTL0_MMIO),
                mmio(state, MemoryVtlType.VTL2_MMIO),
                header,
                payload,
                state.memory().stream()
                        .filter(entry -> entry.type() == MemoryVtlType.VTL2_GPA_POOL)
                        .map(SavedState.Memory::range)
                        .toList(),
                List.copyOf(excluded));
    }

    private static Optional<MemoryEntry> join(MemoryEntry a, MemoryEntry b) {
        return a.node() == b.node() && a.igvmType() == b.igvmType()
                ? Optional.of(new MemoryEntry(
                        new GpaRange(a.range().start(), b.range().end()), a.node(), a.igvmType()))
                : Optional.empty();
    }

    private static GpaRange single(SavedState state, MemoryVtlType type) {
        return state.memory().stream()
                .filter(entry -> entry.type() == type)
                .map(SavedState.Memory::range)
                .findFirst()
                .orElseThrow(() -> new ShimFatalException("persisted state has no range of type " + type));
    }

    private static List<GpaRange> mmio(SavedState state, MemoryVtlType type) {
        List<GpaRange> ranges = state.mmio().stream()
                .filter(entry -> entry.type() == type)
                .map(SavedState.Mmio::range)
                .toList();
        limit(ranges.size(), HostTree.MAX_VMBUS_MMIO, "ranges of type " + type);
        return ranges;
    }

    private static void limit(int found, int most, String what) {
        if (found > most) {
            throw new ShimFatalException(
                    String.format("persisted state has %d %s, the list holds %d", found, what, most));
        }
    }
}
