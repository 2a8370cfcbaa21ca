package dev.igvmtool.bootshim.plan;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.bootshim.plan.AddressSpace.Occupied;
import dev.igvmtool.bootshim.plan.AddressSpace.Usage;
import dev.igvmtool.bootshim.plan.DebugValue.Style;
import dev.igvmtool.devicetree.binding.MemoryEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The memory of VTL2 and its use once the private pool, and on TDX page tables, are set aside.
 *
 * @param topology what belongs to VTL2
 * @param addressSpace its use
 */
public record MemoryPlan(Topology topology, AddressSpace addressSpace) {
    /** All decisions about memory up to private pool and page tables of other processors, without a word. */
    public static MemoryPlan of(ShimInputs inputs) {
        Topology topology = Topology.of(inputs, PlanLog.SILENT);
        AddressSpace space = addressSpace(inputs, topology, PlanLog.SILENT);
        space = PoolPlan.allocate(inputs, topology, space, PlanLog.SILENT);
        return new MemoryPlan(topology, ApPageTables.allocate(inputs, space));
    }

    /** Memory of VTL2 in bytes. */
    static long totalBytes(Topology topology) {
        return topology.vtl2Memory().stream()
                .map(MemoryEntry::range)
                .mapToLong(GpaRange::size)
                .sum();
    }

    /**
     * Lays image, persisted state and an older pool over the memory of VTL2.
     *
     * @throws ShimFatalException if something in use is not where it must be
     */
    public static AddressSpace addressSpace(ShimInputs inputs, Topology topology, PlanLog log) {
        ShimImage image = inputs.image();
        GpaRange parameters = image.parameterRegion();
        GpaRange tree = image.deviceTree();
        log.info(
                "reclaim device tree memory {}-{}",
                LogMessage.hexDigits(tree.start()),
                LogMessage.hexDigits(tree.end()));
        if (inputs.persisted().isEmpty()) {
            GpaRange region = image.persistedStateRegion();
            long end = topology.persistedPayload().end();
            log.info(
                    "persisted state region sized to {}, remainder {}",
                    DebugValue.of(new GpaRange(region.start(), end)).show(Style.PRETTY_HEX),
                    DebugValue.of(new GpaRange(end, region.end())).show(Style.PRETTY_HEX));
        }
        List<Occupied> reserved = new ArrayList<>();
        reserved.add(new Occupied(topology.persistedHeader(), Usage.PERSISTED_HEADER));
        reserved.add(new Occupied(topology.persistedPayload(), Usage.PERSISTED_PAYLOAD));
        reserved.add(new Occupied(new GpaRange(parameters.start(), tree.start()), Usage.CONFIG));
        reserved.add(new Occupied(new GpaRange(tree.end(), parameters.end()), Usage.CONFIG));
        reserved.add(new Occupied(image.reservedRegion(), Usage.RESERVED));
        reserved.add(new Occupied(image.sidecar(), Usage.SIDECAR_IMAGE));
        reserved.add(new Occupied(image.logBuffer(), Usage.LOG_BUFFER));
        reserved.removeIf(piece -> piece.range().isEmpty());
        sort(reserved);
        List<Occupied> occupied = new ArrayList<>();
        for (RangeWalk.Piece<GpaRange, Occupied> piece :
                RangeWalk.walk(List.of(image.used()), range -> range, reserved, Occupied::range)) {
            if (piece.left().isEmpty()) {
                throw new ShimFatalException(
                        "reserved range " + piece.range() + " is outside what the image uses, " + image.used());
            }
            occupied.add(new Occupied(
                    piece.range(), piece.right().map(Occupied::usage).orElse(Usage.USED)));
        }
        topology.pool().forEach(range -> occupied.add(new Occupied(range, Usage.POOL)));
        sort(occupied);
        return AddressSpace.of(topology.vtl2Memory(), occupied);
    }

    private static void sort(List<Occupied> ranges) {
        ranges.sort(Comparator.comparing(piece -> piece.range().start(), Long::compareUnsigned));
    }
}
