package dev.igvmtool.paravisor.config;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.shim.MemoryVtlType;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.devicetree.binding.MemoryEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The partition as the paravisor sees it, derived from the boot tree: who owns which memory, where MMIO of VTL0 is.
 *
 * @param vtl0Ram memory of VTL0 with its nodes, ascending, without the pool
 * @param sharedPool memory that VTL2 takes from VTL0 to share it with the host, ascending; none without isolation
 * @param vtl2Ram all memory of VTL2, ascending, adjacent ranges merged
 * @param config parameter ranges, ascending
 * @param bootLog log of the boot shim; no range if there is none
 * @param lowMmio first MMIO range of VTL0
 * @param highMmio second MMIO range of VTL0, empty if there is only one
 */
public record PartitionView(
        List<Ram> vtl0Ram,
        List<GpaRange> sharedPool,
        List<GpaRange> vtl2Ram,
        List<GpaRange> config,
        List<GpaRange> bootLog,
        GpaRange lowMmio,
        GpaRange highMmio) {
    private static final int PAGE_SHIFT = 12;
    private static final GpaRange NO_RANGE = new GpaRange(0, 0);

    /** A range of memory on one node. */
    public record Ram(GpaRange range, long node) {}

    public PartitionView {
        vtl0Ram = List.copyOf(vtl0Ram);
        sharedPool = List.copyOf(sharedPool);
        vtl2Ram = List.copyOf(vtl2Ram);
        config = List.copyOf(config);
        bootLog = List.copyOf(bootLog);
    }

    /**
     * The view of a tree.
     *
     * @throws FormatException if VTL0 has no memory at address 0 or not enough for the pool, or no parameter range exists
     */
    public static PartitionView of(BootTree tree) {
        List<BootTree.PartitionMemory> vtl0Pieces = tree.partition().stream()
                .filter(piece -> piece.type() == MemoryVtlType.VTL0)
                .toList();
        List<GpaRange> pool = pool(
                vtl0Pieces,
                new IsolationRules(tree.isolation()).sharedPoolPages(tree.cpus().size()) << PAGE_SHIFT);
        List<Ram> vtl0 = new ArrayList<>();
        for (BootTree.PartitionMemory piece : vtl0Pieces) {
            long node = piece.host().map(BootTree.HostMemory::node).orElse(0L);
            piece.range().without(pool).forEach(range -> vtl0.add(new Ram(range, node)));
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
                pool,
                merged(tree.vtl2Memory().stream()
                        .map(BootTree.Vtl2Memory::range)
                        .toList()),
                config,
                ranges(tree, MemoryVtlType.VTL2_BOOTSHIM_LOG_BUFFER),
                mmio.isEmpty() ? NO_RANGE : mmio.get(0),
                mmio.size() < 2 ? NO_RANGE : mmio.get(1));
    }

    /** Bytes from the top of the highest ordinary memory down, lower pieces if one is too small. */
    private static List<GpaRange> pool(List<BootTree.PartitionMemory> vtl0, long sizeBytes) {
        List<GpaRange> pool = new ArrayList<>();
        long missing = sizeBytes;
        for (int i = vtl0.size() - 1; i >= 0 && missing > 0; i--) {
            GpaRange range = vtl0.get(i).range();
            boolean ordinary = vtl0.get(i)
                    .host()
                    .filter(host -> host.igvmType() == MemoryEntry.MEMORY)
                    .isPresent();
            if (ordinary) {
                long taken = Math.min(missing, range.size());
                pool.add(0, new GpaRange(range.end() - taken, range.end()));
                missing -= taken;
            }
        }
        if (missing > 0) {
            throw new FormatException(String.format(
                    "VTL0 has 0x%x bytes too little for a shared pool of 0x%x bytes", missing, sizeBytes));
        }
        return pool;
    }

    /** All that was VTL0's before the pool was taken, ascending. */
    public List<GpaRange> vtl0RamAndPool() {
        return merged(Stream.concat(vtl0Ram.stream().map(Ram::range), sharedPool.stream())
                .toList());
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
