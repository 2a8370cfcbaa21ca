package dev.igvmtool.bootshim.plan;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.devicetree.binding.HostTree;
import dev.igvmtool.devicetree.binding.MemoryEntry;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The memory of VTL2 on a first boot: given by the host, or selected from the host's map. */
final class Vtl2MemoryChoice {
    /** Ranges that the list of VTL2's memory holds; nodes, too. */
    static final int MAX_RANGES = 64;

    private static final long SHARE_ALIGNMENT = 0x8000;
    private static final long TDX_RESET_PAGE = 0xffff_f000L;

    private final ShimInputs inputs;
    private final PlanLog log;

    private Vtl2MemoryChoice(ShimInputs inputs, PlanLog log) {
        this.inputs = inputs;
        this.log = log;
    }

    static List<MemoryEntry> of(ShimInputs inputs, PlanLog log) {
        Vtl2MemoryChoice choice = new Vtl2MemoryChoice(inputs, log);
        return inputs.hostTree().allocation().vtl2() ? choice.select() : choice.given();
    }

    private List<MemoryEntry> given() {
        GpaRange measured = inputs.image().memory();
        List<MemoryEntry> offered = inputs.hostTree().memory().stream()
                .filter(entry -> entry.igvmType() == MemoryEntry.VTL2_PROTECTABLE)
                .toList();
        if (inputs.hardwareIsolated()) {
            long size =
                    offered.stream().mapToLong(entry -> entry.range().size()).sum();
            log.info(
                    "host provided vtl2 ram size is {}, measured size is {}",
                    LogMessage.hexDigits(size),
                    LogMessage.hexDigits(measured.size()));
            long larger = Long.compareUnsigned(size, measured.size()) > 0 ? size : measured.size();
            GpaRange range = GpaRange.ofSize(measured.start(), larger);
            return List.of(new MemoryEntry(range, 0, MemoryEntry.VTL2_PROTECTABLE));
        }
        if (offered.isEmpty()) {
            log.info("using measured vtl2 ram");
            return List.of(new MemoryEntry(measured, 0, MemoryEntry.VTL2_PROTECTABLE));
        }
        return limited(offered);
    }

    private static List<MemoryEntry> limited(List<MemoryEntry> memory) {
        if (memory.size() > MAX_RANGES) {
            throw new ShimFatalException(
                    String.format("memory of VTL2 has %d ranges, the list holds %d", memory.size(), MAX_RANGES));
        }
        return memory;
    }

    private List<MemoryEntry> select() {
        HostTree host = inputs.hostTree();
        GpaRange file = inputs.image().memory();
        long total = host.allocation().memorySize().orElse(file.size());
        if (Long.compareUnsigned(total, file.size()) < 0) {
            throw new ShimFatalException(String.format(
                    "host asks for 0x%x bytes of VTL2 memory, the image requires 0x%x", total, file.size()));
        }
        long[] needed = shares(host.memory(), total);
        List<MemoryEntry> chosen = new ArrayList<>();
        List<MemoryEntry> free = free(file, chosen);
        for (MemoryEntry piece : chosen) {
            int node = (int) piece.node();
            long size = piece.range().size();
            if (Long.compareUnsigned(size, needed[node]) > 0) {
                log.warn(
                        "entry {} is larger than required {} for vnode {}",
                        DebugValue.of(piece).show(DebugValue.Style.DECIMAL),
                        needed[node],
                        node);
                needed[node] = 0;
            } else {
                needed[node] -= size;
            }
        }
        for (int node = 0; node < needed.length; node++) {
            take(node, needed[node], free, chosen);
        }
        limited(chosen);
        chosen.sort(Comparator.comparing(entry -> entry.range().start(), Long::compareUnsigned));
        return chosen;
    }

    /** Bytes wanted of each node: the same of all. */
    private static long[] shares(List<MemoryEntry> memory, long total) {
        long nodes = memory.stream().mapToLong(MemoryEntry::node).distinct().count();
        if (nodes == 0 || nodes > MAX_RANGES) {
            throw new ShimFatalException("the host's memory lies on " + nodes + " nodes, expected 1 to " + MAX_RANGES);
        }
        long share = Long.divideUnsigned(total, nodes) + (Long.remainderUnsigned(total, nodes) == 0 ? 0 : 1);
        long rounded = share + SHARE_ALIGNMENT - 1 & -SHARE_ALIGNMENT;
        long[] needed = new long[(int) nodes];
        for (MemoryEntry entry : memory) {
            if (entry.node() >= nodes) {
                throw new ShimFatalException(String.format(
                        "memory %s lies on node %d, expected less than %d", entry.range(), entry.node(), nodes));
            }
            needed[(int) entry.node()] = rounded;
        }
        return needed;
    }

    /** The map without the image's range, which goes to {@code chosen}, and without what the launch filled. */
    private List<MemoryEntry> free(GpaRange file, List<MemoryEntry> chosen) {
        List<MemoryEntry> outside = new ArrayList<>();
        for (RangeWalk.Piece<GpaRange, MemoryEntry> piece :
                RangeWalk.walk(List.of(file), range -> range, inputs.hostTree().memory(), MemoryEntry::range)) {
            if (piece.right().isEmpty()) {
                throw new ShimFatalException("range " + piece.range() + " of the image is not memory of the host");
            }
            (piece.left().isPresent() ? chosen : outside).add(cut(piece.right().orElseThrow(), piece.range()));
        }
        List<GpaRange> launched = new ArrayList<>();
        for (ShimInputs.Imported imported : inputs.imported()) {
            if (!file.contains(imported.range())) {
                if (file.overlaps(imported.range())) {
                    throw new ShimFatalException(
                            "launch range " + imported.range() + " lies only partly in the image's range " + file);
                }
                launched.add(imported.range());
            }
        }
        List<MemoryEntry> free = new ArrayList<>();
        for (RangeWalk.Piece<GpaRange, MemoryEntry> piece :
                RangeWalk.walk(launched, range -> range, outside, MemoryEntry::range)) {
            if (piece.right().isEmpty()) {
                if (!isTdxResetPage(piece.range())) {
                    throw new ShimFatalException("launch range " + piece.range() + " is not memory of the host");
                }
            } else if (piece.left().isEmpty()) {
                free.add(cut(piece.right().orElseThrow(), piece.range()));
            }
        }
        return free;
    }

    private boolean isTdxResetPage(GpaRange range) {
        return inputs.isolation() == TreeIsolation.TDX && range.start() == TDX_RESET_PAGE && range.size() == 0x1000;
    }

    private static MemoryEntry cut(MemoryEntry entry, GpaRange range) {
        return new MemoryEntry(range, entry.node(), entry.igvmType());
    }

    /** Takes from the node's free pieces, the highest first. */
    private static void take(int node, long bytes, List<MemoryEntry> free, List<MemoryEntry> chosen) {
        long needed = bytes;
        for (int i = free.size() - 1; i >= 0 && needed != 0; i--) {
            MemoryEntry piece = free.get(i);
            if (piece.node() != node) {
                continue;
            }
            GpaRange range = piece.range();
            long start = Long.compareUnsigned(range.size(), needed) <= 0
                    ? range.start()
                    : range.end() - needed & -SHARE_ALIGNMENT;
            if (Long.compareUnsigned(start, range.start()) < 0) {
                start = range.start();
            }
            GpaRange taken = new GpaRange(start, range.end());
            chosen.add(cut(piece, taken));
            needed = Long.compareUnsigned(taken.size(), needed) >= 0 ? 0 : needed - taken.size();
        }
        if (needed != 0) {
            throw new ShimFatalException(
                    String.format("node %d has too little memory for VTL2: 0x%x bytes are missing", node, needed));
        }
    }
}
