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
    private final Name addressCells;
    private final Name sizeCells;
    private final Name reg;
    private final Name regNames;
    private final Name deviceType;
    private final Name status;
    private final Name compatible;
    private final Name ranges;
    private final Name numaNodeId;
    private final Name bootStart;
    private final Name bootEnd;
    private final Name sidecarStart;
    private final Name sidecarEnd;
    private final Name vtl;
    private final Name connectionId;
    private final Name dmaCoherent;
    private final Name igvmType;
    private final Name memoryType;

    BootTreeWriter(BootTree tree) {
        this.tree = tree;
        fdt = new FdtBuilder(BootTree.CAPACITY_BYTES, tree.reservations());
        addressCells = fdt.addString("#address-cells");
        sizeCells = fdt.addString("#size-cells");
        reg = fdt.addString("reg");
        regNames = fdt.addString("reg-names");
        deviceType = fdt.addString("device_type");
        status = fdt.addString("status");
        compatible = fdt.addString("compatible");
        ranges = fdt.addString("ranges");
        numaNodeId = fdt.addString("numa-node-id");
        bootStart = fdt.addString("reftime_boot_start");
        bootEnd = fdt.addString("reftime_boot_end");
        sidecarStart = fdt.addString("reftime_sidecar_start");
        sidecarEnd = fdt.addString("reftime_sidecar_end");
        vtl = fdt.addString("microsoft,vtl");
        connectionId = fdt.addString("microsoft,message-connection-id");
        dmaCoherent = fdt.addString("dma-coherent");
        igvmType = fdt.addString("microsoft,igvm-type");
        memoryType = fdt.addString("openhcl,memory-type");
        fdt.addString("interrupt-parent");
        fdt.addString("interrupts");
        fdt.addString("enable-method");
        fdt.addString("current-speed");
    }

    Bytes write() {
        fdt.startNode("").u32(addressCells, 2).u32(sizeCells, 2).string(compatible, "microsoft,openvmm");
        time(tree.bootTime(), bootStart, bootEnd);
        time(tree.sidecarTime(), sidecarStart, sidecarEnd);
        fdt.startNode("hypervisor").string(compatible, "microsoft,hyperv").endNode();
        if (tree.wakeupMailbox()) {
            fdt.startNode("reserved-memory")
                    .u32(addressCells, 2)
                    .u32(sizeCells, 1)
                    .empty(ranges);
            fdt.startNode("wakeup_table@" + Long.toHexString(MAILBOX_GPA)).string(compatible, "intel,wakeup-mailbox");
            fdt.u32(reg, 0, MAILBOX_GPA, 0x1000).endNode().endNode();
        }
        cpus();
        for (BootTree.Vtl2Memory memory : tree.vtl2Memory()) {
            fdt.startNode(unit("memory", memory.range())).string(deviceType, "memory");
            range(memory.range()).u32(numaNodeId, memory.node()).endNode();
        }
        bus();
        openhcl();
        return fdt.endNode().build(tree.bootCpuidPhys());
    }

    private void time(Optional<BootTree.TimeSpan> span, Name start, Name end) {
        span.ifPresent(s -> fdt.u64(start, s.start()).u64(end, s.end()));
    }

    private void cpus() {
        fdt.startNode("cpus").u32(addressCells, 1).u32(sizeCells, 0);
        int number = 1;
        for (CpuEntry cpu : tree.cpus()) {
            fdt.startNode("cpu@" + number++).string(deviceType, "cpu").u32(numaNodeId, cpu.node());
            fdt.u32(reg, cpu.hardwareId() & 0xffff_ffffL).string(status, "okay").endNode();
        }
        fdt.endNode();
    }

    private void bus() {
        fdt.startNode("bus")
                .string(compatible, "simple-bus")
                .u32(addressCells, 2)
                .u32(sizeCells, 2)
                .empty(ranges);
        fdt.startNode("vmbus").u32(addressCells, 2).u32(sizeCells, 2).empty(dmaCoherent);
        fdt.string(compatible, "microsoft,vmbus").u32(vtl, 2);
        fdt.u32(connectionId, tree.vmbus().connectionId());
        long[] triples = tree.vmbus().mmio().stream()
                .flatMapToLong(r -> LongStream.of(r.start(), r.start(), r.size()))
                .toArray();
        fdt.u64(ranges, triples).endNode();
        for (BootTree.SidecarNode node : tree.sidecarNodes()) {
            fdt.startNode("sidecar@" + Long.toHexString(node.controlPage()));
            fdt.string(compatible, "microsoft,openhcl-sidecar");
            fdt.u64(
                    reg,
                    node.controlPage(),
                    0x1000,
                    node.shared().start(),
                    node.shared().size());
            fdt.strings(regNames, List.of("ctrl", "shmem")).endNode();
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
            fdt.startNode(unit("memory", piece.range())).string(deviceType, "memory-openhcl");
            range(piece.range());
            piece.host().ifPresent(host -> fdt.u32(numaNodeId, host.node()).u32(igvmType, host.igvmType()));
            fdt.u32(memoryType, piece.type().value()).endNode();
        }
        for (GpaRange range : tree.accepted()) {
            fdt.startNode(unit("accepted-memory", range));
            range(range).endNode();
        }
        tree.entropy()
                .ifPresent(bytes -> fdt.startNode("entropy").bytes(reg, bytes).endNode());
        fdt.endNode();
    }

    private FdtBuilder range(GpaRange range) {
        return fdt.u64(reg, range.start(), range.size());
    }

    private static String unit(String base, GpaRange range) {
        return base + "@" + Long.toHexString(range.start());
    }
}
