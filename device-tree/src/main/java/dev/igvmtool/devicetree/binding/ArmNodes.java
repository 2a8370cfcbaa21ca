package dev.igvmtool.devicetree.binding;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.FdtBuilder;
import dev.igvmtool.devicetree.FdtBuilder.Name;
import dev.igvmtool.devicetree.Node;
import dev.igvmtool.devicetree.Property;
import java.util.List;
import java.util.Optional;

/**
 * The nodes of the shim's tree that only aarch64 has, and the same properties read. Fields stand in the order in which
 * the reference adds their strings. Follows openhcl_boot/src/dt.rs: write_dt.
 */
final class ArmNodes {
    private static final long SHARED_INTERRUPT = 0;
    private static final long PRIVATE_INTERRUPT = 1;
    private static final long LEVEL_HIGH = 4;
    private static final long EDGE_RISING = 1;

    /** The virtual timer is PPI 20. */
    private static final long TIMER = 4;

    /** Interrupt of VMBus, as the hypervisor raises it. */
    private static final long VMBUS = 2;

    private static final long PL011_BYTES = 0x1000;

    private final FdtBuilder fdt;
    private final ArmMachine machine;
    private final BootTreeNames names;
    private final Name method;
    private final Name cpuOff;
    private final Name cpuOn;
    private final Name interruptCells;
    private final Name redistributorRegions;
    private final Name redistributorStride;
    private final Name interruptController;
    private final Name phandle;
    private final Name interruptNames;
    private final Name alwaysOn;
    private final Name bootargs;
    private final Name initrdStart;
    private final Name initrdEnd;

    ArmNodes(FdtBuilder fdt, BootTreeNames names, ArmMachine machine) {
        this.fdt = fdt;
        this.names = names;
        this.machine = machine;
        method = fdt.addString("method");
        cpuOff = fdt.addString("cpu_off");
        cpuOn = fdt.addString("cpu_on");
        interruptCells = fdt.addString("#interrupt-cells");
        redistributorRegions = fdt.addString("#redistributor-regions");
        redistributorStride = fdt.addString("redistributor-stride");
        interruptController = fdt.addString("interrupt-controller");
        phandle = fdt.addString("phandle");
        interruptNames = fdt.addString("interrupt-names");
        alwaysOn = fdt.addString("always-on");
        bootargs = fdt.addString("bootargs");
        initrdStart = fdt.addString("linux,initrd-start");
        initrdEnd = fdt.addString("linux,initrd-end");
    }

    /** What follows {@code reg} of a processor: only the first runs, the others wait to be switched on. */
    void processor(boolean first, boolean several) {
        fdt.string(names.compatible, "arm,arm-v8");
        if (several) {
            fdt.string(names.enableMethod, "psci");
        }
        fdt.string(names.status, first ? "okay" : "disabled");
    }

    /** What follows {@code /cpus}. */
    void psci() {
        fdt.startNode("psci")
                .string(names.compatible, "arm,psci-0.2")
                .string(method, "hvc")
                .u32(cpuOff, 1)
                .u32(cpuOn, 2)
                .endNode();
    }

    /** What follows memory. */
    void devices() {
        GicEntry gic = machine.gic();
        GpaRange distributor = gic.distributor();
        fdt.startNode("intc@" + Long.toUnsignedString(distributor.start()))
                .string(names.compatible, "arm,gic-v3")
                .u32(redistributorRegions, 1)
                .u64(redistributorStride, gic.redistributorStride())
                .u64(
                        names.reg,
                        distributor.start(),
                        distributor.size(),
                        gic.redistributors().start(),
                        gic.redistributors().size())
                .u32(names.addressCells, 2)
                .u32(names.sizeCells, 2)
                .u32(interruptCells, 3)
                .empty(interruptController)
                .u32(phandle, ArmMachine.GIC_PHANDLE)
                .empty(names.ranges)
                .endNode();
        fdt.startNode("timer")
                .string(names.compatible, "arm,armv8-timer")
                .u32(names.interruptParent, ArmMachine.GIC_PHANDLE)
                .string(interruptNames, "virt")
                .u32(names.interrupts, PRIVATE_INTERRUPT, TIMER, 8)
                .empty(alwaysOn)
                .endNode();
        fdt.startNode("pmu")
                .string(names.compatible, "arm,armv8-pmuv3")
                .u32(names.interrupts, PRIVATE_INTERRUPT, machine.pmuInterrupt() - ArmMachine.FIRST_PPI, LEVEL_HIGH)
                .endNode();
        machine.pl011().ifPresent(this::serial);
    }

    private void serial(Pl011Entry port) {
        fdt.startNode("serial@" + Long.toHexString(port.base()))
                .string(names.compatible, "arm,sbsa-uart")
                .u32(names.reg, 0, port.base(), 0, PL011_BYTES)
                .u32(names.interruptParent, ArmMachine.GIC_PHANDLE)
                .u32(names.interrupts, SHARED_INTERRUPT, port.interrupt(), LEVEL_HIGH)
                .u32(names.currentSpeed, port.currentSpeed())
                .string(names.status, "okay")
                .endNode();
    }

    /** What the bus of VTL2 has besides its ranges. */
    void vmbus() {
        fdt.u32(names.interruptParent, ArmMachine.GIC_PHANDLE)
                .u32(names.interrupts, PRIVATE_INTERRUPT, VMBUS, EDGE_RISING);
    }

    /** What follows {@code /bus}. */
    void chosen() {
        fdt.startNode("chosen")
                .string(bootargs, machine.bootargs())
                .u64(initrdStart, machine.initrd().start())
                .u64(initrdEnd, machine.initrd().end())
                .endNode();
    }

    /**
     * What a tree says of an aarch64 machine; empty if it is none.
     *
     * @throws FormatException if something is missing or not as the shim writes it
     */
    static Optional<ArmMachine> read(Fdt tree) {
        Node root = tree.root();
        List<Node> controllers = root.childrenOf("intc");
        if (controllers.isEmpty()) {
            return Optional.empty();
        }
        Property reg = controllers.get(0).require("reg");
        GicEntry gic = new GicEntry(
                HostTreeReader.range(reg.u64(0), reg.u64(1)),
                HostTreeReader.range(reg.u64(2), reg.u64(3)),
                controllers.get(0).require("redistributor-stride").u64());
        Node chosen = require(root, "chosen");
        long pmu = require(root, "pmu").require("interrupts").u32(1) + ArmMachine.FIRST_PPI;
        return Optional.of(new ArmMachine(
                gic,
                pmu,
                root.childrenOf("serial").stream().findFirst().map(ArmNodes::pl011),
                chosen.require("bootargs").string(),
                initrd(chosen)));
    }

    private static GpaRange initrd(Node chosen) {
        long start = chosen.require("linux,initrd-start").u64();
        long end = chosen.require("linux,initrd-end").u64();
        if (Long.compareUnsigned(end, start) < 0) {
            throw new FormatException(String.format("initrd ends at 0x%x, before its start 0x%x", end, start));
        }
        return new GpaRange(start, end);
    }

    private static Node require(Node root, String name) {
        return root.child(name).orElseThrow(() -> new FormatException("node / has no child " + name));
    }

    private static Pl011Entry pl011(Node node) {
        return new Pl011Entry(
                node.require("reg").u32(1),
                node.require("interrupts").u32(1),
                node.require("current-speed").u32());
    }
}
