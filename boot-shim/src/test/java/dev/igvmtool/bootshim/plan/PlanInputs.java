package dev.igvmtool.bootshim.plan;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.paravisor.CommandLinePage;
import dev.igvmtool.abi.paravisor.ParameterRegion;
import dev.igvmtool.abi.shim.SavedState;
import dev.igvmtool.abi.shim.ShimParams;
import dev.igvmtool.devicetree.binding.CpuEntry;
import dev.igvmtool.devicetree.binding.HostTree;
import dev.igvmtool.devicetree.binding.MemoryAllocation;
import dev.igvmtool.devicetree.binding.MemoryEntry;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import dev.igvmtool.devicetree.binding.VmbusEntry;
import dev.igvmtool.machine.guest.Architecture;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/** Inputs of the shim made by hand: an image of 64 MiB at 128 MiB, and a host of which tests say the rest. */
final class PlanInputs {
    static final long MIB = 1 << 20;
    static final long GIB = 1 << 30;
    static final GpaRange IMAGE = GpaRange.ofSize(128 * MIB, 64 * MIB);
    static final GpaRange LOW_MMIO = GpaRange.ofSize(0xf800_0000L, 0x800_0000);
    static final GpaRange HIGH_MMIO = GpaRange.ofSize(64 * GIB, 4 * GIB);
    static final GpaRange VTL2_MMIO = GpaRange.ofSize(80 * GIB, GIB);

    private static final long PARAMETERS = IMAGE.start() + 4 * MIB;
    private static final long SIDECAR = IMAGE.start() + 8 * MIB;
    private static final long LOG = IMAGE.start() + 10 * MIB;
    private static final long USED_END = IMAGE.start() + 16 * MIB;

    private TreeIsolation isolation = TreeIsolation.NONE;
    private List<MemoryEntry> memory = List.of(memory(0, GIB, 0));
    private List<CpuEntry> cpus = List.of(new CpuEntry(0, 0));
    private MemoryAllocation allocation = MemoryAllocation.HOST;
    private Optional<VmbusEntry> vtl0 = Optional.of(new VmbusEntry(List.of(LOW_MMIO, HIGH_MMIO), 1));
    private Optional<VmbusEntry> vtl2 = Optional.of(new VmbusEntry(List.of(VTL2_MMIO), 4));
    private OptionalLong dmaHint = OptionalLong.empty();
    private String options = "";
    private long sidecarSize = MIB;
    private List<ShimInputs.Imported> imported = List.of();
    private Optional<SavedState> persisted = Optional.empty();

    static MemoryEntry memory(long start, long end, long node) {
        return new MemoryEntry(new GpaRange(start, end), node, MemoryEntry.MEMORY);
    }

    static MemoryEntry protectable(long start, long end, long node) {
        return new MemoryEntry(new GpaRange(start, end), node, MemoryEntry.VTL2_PROTECTABLE);
    }

    PlanInputs isolation(TreeIsolation value) {
        isolation = value;
        return this;
    }

    PlanInputs memory(MemoryEntry... entries) {
        memory = List.of(entries);
        return this;
    }

    PlanInputs memory(List<MemoryEntry> entries) {
        memory = entries;
        return this;
    }

    /** Processors of each node in turn. */
    PlanInputs cpus(int... perNode) {
        List<CpuEntry> all = new ArrayList<>();
        for (int node = 0; node < perNode.length; node++) {
            for (int i = 0; i < perNode[node]; i++) {
                all.add(new CpuEntry(all.size(), node));
            }
        }
        cpus = all;
        return this;
    }

    PlanInputs nodesOfCpus(int... nodes) {
        cpus = IntStream.range(0, nodes.length)
                .mapToObj(i -> new CpuEntry(i, nodes[i]))
                .toList();
        return this;
    }

    /** VTL2 selects its memory. */
    PlanInputs selects(long size) {
        allocation = MemoryAllocation.vtl2(OptionalLong.of(size), OptionalLong.empty());
        return this;
    }

    PlanInputs allocation(MemoryAllocation value) {
        allocation = value;
        return this;
    }

    PlanInputs vtl0Mmio(GpaRange... ranges) {
        vtl0 = Optional.of(new VmbusEntry(List.of(ranges), 1));
        return this;
    }

    PlanInputs vtl2Mmio(GpaRange... ranges) {
        vtl2 = Optional.of(new VmbusEntry(List.of(ranges), 4));
        return this;
    }

    PlanInputs dmaHint(long pages) {
        dmaHint = OptionalLong.of(pages);
        return this;
    }

    PlanInputs options(String text) {
        options = text;
        return this;
    }

    PlanInputs withoutSidecar() {
        sidecarSize = 0;
        return this;
    }

    PlanInputs imported(ShimInputs.Imported... ranges) {
        imported = List.of(ranges);
        return this;
    }

    PlanInputs persisted(SavedState value) {
        persisted = Optional.of(value);
        return this;
    }

    ShimInputs build() {
        HostTree host = new HostTree(
                0,
                0,
                cpus,
                memory,
                vtl0,
                vtl2,
                "",
                OptionalLong.empty(),
                allocation,
                OptionalLong.empty(),
                Optional.empty(),
                false,
                dmaHint,
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty());
        return new ShimInputs(
                Architecture.X64,
                new ShimImage(0, params()),
                isolation,
                new CommandLinePage(CommandLinePage.POLICY_STATIC, Bytes.utf8(options)),
                host,
                imported,
                persisted);
    }

    private ShimParams params() {
        return new ShimParams(
                0,
                0,
                0,
                0,
                0,
                1,
                IMAGE.start(),
                IMAGE.size(),
                PARAMETERS,
                ParameterRegion.PAGE_COUNT * 4096L,
                0,
                0,
                SIDECAR,
                sidecarSize,
                SIDECAR,
                IMAGE.start(),
                USED_END,
                isolation == TreeIsolation.NONE || isolation == TreeIsolation.VBS ? 0 : USED_END,
                isolation == TreeIsolation.NONE || isolation == TreeIsolation.VBS ? 0 : 2 * MIB,
                LOG,
                8192,
                LOG + MIB,
                MIB,
                IMAGE.start(),
                2 * MIB);
    }
}
