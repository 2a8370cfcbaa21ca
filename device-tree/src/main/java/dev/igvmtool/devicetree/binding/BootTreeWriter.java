package dev.igvmtool.devicetree.binding;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.devicetree.FdtBuilder;
import dev.igvmtool.devicetree.FdtBuilder.Name;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** One writing of a {@link BootTree}. Fields stand in the order in which the reference adds their strings. */
final class BootTreeWriter {
    private static final long MAILBOX_GPA = 0xffff_f000L;

    private final BootTree tree;
    private final FdtBuilder fdt;
    private final BootTreeNames names;
    private final Optional<ArmNodes> arm;

    BootTreeWriter(BootTree tree) {
        this.tree = tree;
        fdt = new FdtBuilder(BootTree.CAPACITY_BYTES, tree.reservations());
        names = new BootTreeNames(fdt);
        arm = tree.arm().map(machine -> new ArmNodes(fdt, names, machine));
    }

    Bytes write() {
        fdt.startNode("")
                .u32(names.addressCells, 2)
                .u32(names.sizeCells, 2)
                .string(names.compatible, "microsoft,openvmm");
        time(tree.bootTime(), names.bootStart, names.bootEnd);
        time(tree.sidecarTime(), names.sidecarStart, names.sidecarEnd);
        fdt.startNode("hypervisor").string(names.compatible, "microsoft,hyperv").endNode();
        if (tree.wakeupMailbox()) {
            fdt.startNode("reserved-memory")
                    .u32(names.addressCells, 2)
                    .u32(names.sizeCells, 1)
                    .empty(names.ranges);
            fdt.startNode("wakeup_table@" + Long.toHexString(MAILBOX_GPA))
                    .string(names.compatible, "intel,wakeup-mailbox");
            fdt.u32(names.reg, 0, MAILBOX_GPA, 0x1000).endNode().endNode();
        }
        cpus();
        arm.ifPresent(ArmNodes::psci);
        for (BootTree.Vtl2Memory memory : tree.vtl2Memory()) {
            fdt.startNode(unit("memory", memory.range())).string(names.deviceType, "memory");
            range(memory.range()).u32(names.numaNodeId, memory.node()).endNode();
        }
        arm.ifPresent(ArmNodes::devices);
        bus();
        arm.ifPresent(ArmNodes::chosen);
        openhcl();
        return fdt.endNode().build(tree.bootCpuidPhys());
    }

    private void time(Optional<BootTree.TimeSpan> span, Name start, Name end) {
        span.ifPresent(s -> fdt.u64(start, s.start()).u64(end, s.end()));
    }

    private void cpus() {
        fdt.startNode("cpus").u32(names.addressCells, arm.isPresent() ? 2 : 1).u32(names.sizeCells, 0);
        int number = 1;
        for (CpuEntry cpu : tree.cpus()) {
            boolean first = number == 1;
            fdt.startNode("cpu@" + number++).string(names.deviceType, "cpu").u32(names.numaNodeId, cpu.node());
            arm.ifPresentOrElse(
                    nodes -> {
                        fdt.u64(names.reg, cpu.hardwareId());
                        nodes.processor(first, tree.cpus().size() > 1);
                    },
                    () -> fdt.u32(names.reg, cpu.hardwareId() & 0xffff_ffffL).string(names.status, "okay"));
            fdt.endNode();
        }
        fdt.endNode();
    }

    private void bus() {
        fdt.startNode("bus")
                .string(names.compatible, "simple-bus")
                .u32(names.addressCells, 2)
                .u32(names.sizeCells, 2)
                .empty(names.ranges);
        fdt.startNode("vmbus")
                .u32(names.addressCells, 2)
                .u32(names.sizeCells, 2)
                .empty(names.dmaCoherent);
        fdt.string(names.compatible, "microsoft,vmbus").u32(names.vtl, 2);
        fdt.u32(names.connectionId, tree.vmbus().connectionId());
        long[] triples = tree.vmbus().mmio().stream()
                .flatMapToLong(r -> LongStream.of(r.start(), r.start(), r.size()))
                .toArray();
        fdt.u64(names.ranges, triples);
        arm.ifPresent(ArmNodes::vmbus);
        fdt.endNode();
        for (BootTree.SidecarNode node : tree.sidecarNodes()) {
            fdt.startNode("sidecar@" + Long.toHexString(node.controlPage()));
            fdt.string(names.compatible, "microsoft,openhcl-sidecar");
            fdt.u64(
                    names.reg,
                    node.controlPage(),
                    0x1000,
                    node.shared().start(),
                    node.shared().size());
            fdt.strings(names.regNames, List.of("ctrl", "shmem")).endNode();
        }
        fdt.endNode();
    }

    private void openhcl() {
        Name isolationType = fdt.addString("isolation-type");
        Name allocationMode = fdt.addString("memory-allocation-mode");
        fdt.startNode("openhcl").string(isolationType, tree.isolation().text());
        fdt.string(allocationMode, tree.allocation().mode());
        if (tree.allocation().vtl2()) {
            Name memorySize = fdt.addString("memory-size");
            Name mmioSize = fdt.addString("mmio-size");
            tree.allocation().memorySize().ifPresent(size -> fdt.u64(memorySize, size));
            tree.allocation().mmioSize().ifPresent(size -> fdt.u64(mmioSize, size));
        }
        tree.vtl0AliasMap().ifPresent(map -> fdt.u64(fdt.addString("vtl0-alias-map"), map));
        for (BootTree.PartitionMemory piece : tree.partition()) {
            fdt.startNode(unit("memory", piece.range())).string(names.deviceType, "memory-openhcl");
            range(piece.range());
            piece.host()
                    .ifPresent(host -> fdt.u32(names.numaNodeId, host.node()).u32(names.igvmType, host.igvmType()));
            fdt.u32(names.memoryType, piece.type().value()).endNode();
        }
        for (GpaRange range : tree.accepted()) {
            fdt.startNode(unit("accepted-memory", range));
            range(range).endNode();
        }
        tree.entropy()
                .ifPresent(bytes ->
                        fdt.startNode("entropy").bytes(names.reg, bytes).endNode());
        fdt.endNode();
    }

    private FdtBuilder range(GpaRange range) {
        return fdt.u64(names.reg, range.start(), range.size());
    }

    private static String unit(String base, GpaRange range) {
        return base + "@" + Long.toHexString(range.start());
    }
}
