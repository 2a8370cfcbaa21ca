package dev.igvmtool.paravisor.config;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.shim.MemoryVtlType;
import dev.igvmtool.devicetree.binding.BootTree;
import java.util.ArrayList;
import java.util.List;

/**
 * The partition as the paravisor sees it, derived from the boot tree: who owns which memory, where MMIO of VTL0 is.
 *
 * @param vtl0Ram memory of VTL0 with its nodes, ascending
 * @param vtl2Ram all memory of VTL2, ascending, adjacent ranges merged
 * @param config parameter ranges, ascending
 * @param bootLog log of the boot shim; no range if there is none
 * @param lowMmio first MMIO range of VTL0
 * @param highMmio second MMIO range of VTL0, empty if there is only one
 */
public record PartitionView(
        List<Ram> vtl0Ram,
        List<GpaRange> vtl2Ram,
        List<GpaRange> config,
        List<GpaRange> bootLog,
        GpaRange lowMmio,
        GpaRange highMmio) {
    private static final GpaRange NO_RANGE = new GpaRange(0, 0);

    /** A range of memory on one node. */
    public record Ram(GpaRange range, long node) {}

    public PartitionView {
        vtl0Ram = List.copyOf(vtl0Ram);
        vtl2Ram = List.copyOf(vtl2Ram);
        config = List.copyOf(config);
        bootLog = List.copyOf(bootLog);
    }

    /**
     * The view of a tree.
     *
     * @throws FormatException if VTL0 has no memory at address 0, or no parameter range exists
     */
    public static PartitionView of(BootTree tree) {
        List<Ram> vtl0 = new ArrayList<>();
        for (BootTree.PartitionMemory piece : tree.partition()) {
            if (piece.type() == MemoryVtlType.VTL0) {
                vtl0.add(new Ram(
                        piece.range(),
                        piece.host().map(BootTree.HostMemory::node).orElse(0L)));
            }
        }
        List<GpaRange> config = ranges(tree, MemoryVtlType.VTL2_CONFIG);
        if (config.isEmpty()) {
            throw new FormatException("boot device tree has no parameter range (type 2)");
        }
        if (vtl0.isEmpty() || vtl0.get(0).range().start() != 0) {
            throw new FormatException("boot device tree gives VTL0 no memory at address 0");
        }
        List<GpaRange> mmio = ranges(tree, MemoryVtlType.VTL0_MMIO);
        return new PartitionView(
                vtl0,
                merged(tree.vtl2Memory().stream()
                        .map(BootTree.Vtl2Memory::range)
                        .toList()),
                config,
                ranges(tree, MemoryVtlType.VTL2_BOOTSHIM_LOG_BUFFER),
                mmio.isEmpty() ? NO_RANGE : mmio.get(0),
                mmio.size() < 2 ? NO_RANGE : mmio.get(1));
    }

    /** Bytes of VTL0 memory. */
    public long vtl0RamBytes() {
        return vtl0Ram.stream().mapToLong(ram -> ram.range().size()).sum();
    }

    /** First address past the memory of VTL0. */
    public long endOfVtl0Ram() {
        return vtl0Ram.get(vtl0Ram.size() - 1).range().end();
    }

    private static List<GpaRange> ranges(BootTree tree, MemoryVtlType type) {
        return tree.partition().stream()
                .filter(piece -> piece.type() == type)
                .map(BootTree.PartitionMemory::range)
                .toList();
    }

    private static List<GpaRange> merged(List<GpaRange> ranges) {
        List<GpaRange> sorted = ranges.stream()
                .sorted((a, b) -> Long.compareUnsigned(a.start(), b.start()))
                .toList();
        List<GpaRange> result = new ArrayList<>();
        for (GpaRange range : sorted) {
            int last = result.size() - 1;
            if (last >= 0 && result.get(last).end() == range.start()) {
                result.set(last, new GpaRange(result.get(last).start(), range.end()));
            } else {
                result.add(range);
            }
        }
        return result;
    }
}
