package dev.igvmtool.host.loader;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.devicetree.FdtBuilder;
import dev.igvmtool.devicetree.FdtBuilder.Name;
import dev.igvmtool.devicetree.binding.MemoryEntry;
import dev.igvmtool.host.config.ComPort;
import dev.igvmtool.host.config.HostTreeOptions;
import dev.igvmtool.host.config.Mmio;
import dev.igvmtool.host.config.Processor;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.config.Vtl2Base;
import dev.igvmtool.machine.guest.Architecture;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The device tree that a host gives to VTL2, byte for byte as openvmm writes it for x64
 * (openvmm_core/src/worker/vm_loaders/igvm.rs: build_device_tree), with the departures of {@link HostTreeOptions}. For
 * AArch64 there is no such host: the tree is the same with what the boot shim's contract asks for.
 */
public final class HostTreeWriter {
    /** Bytes of the buffer in which the tree is built; the area of an image may be smaller. */
    private static final int CAPACITY = 1 << 20;

    private static final int VTL0_CONNECTION = 1;
    private static final int VTL2_CONNECTION = 4;
    private static final int VTL2_CONNECTION_REDIRECTED = 0x80_0074;

    private final VmConfig config;
    private final Optional<ArmHostNodes> arm;
    private final FdtBuilder fdt = new FdtBuilder(CAPACITY, List.of());

    // The order of the strings block is that of these fields.
    private final Name addressCells = fdt.addString("#address-cells");
    private final Name sizeCells = fdt.addString("#size-cells");
    private final Name model = fdt.addString("model");
    private final Name reg = fdt.addString("reg");
    private final Name ranges = fdt.addString("ranges");
    private final Name deviceType = fdt.addString("device_type");
    private final Name status = fdt.addString("status");
    private final Name igvmType = fdt.addString("microsoft,igvm-type");
    private final Name compatible = fdt.addString("compatible");
    private final Name numaNodeId = fdt.addString("numa-node-id");
    private final Name connectionId = fdt.addString("microsoft,message-connection-id");
    private final Name vtl = fdt.addString("microsoft,vtl");
    private final Name bootargs = fdt.addString("bootargs");
    private final Name clockFrequency = fdt.addString("clock-frequency");
    private final Name currentSpeed = fdt.addString("current-speed");
    private final Name interrupts = fdt.addString("interrupts");

    private HostTreeWriter(Architecture architecture, VmConfig config) {
        this.config = config;
        this.arm = architecture == Architecture.AARCH64 ? Optional.of(new ArmHostNodes(fdt, config)) : Optional.empty();
    }

    /**
     * The tree.
     *
     * @param commandLine what the host passes on to VTL2's kernel
     * @param memory RAM as VTL2 is told of it
     * @throws dev.igvmtool.devicetree.FdtBuildException if it does not fit 1 MiB or a text has a NUL
     */
    public static Bytes write(Architecture architecture, VmConfig config, String commandLine, GuestMemoryMap memory) {
        return new HostTreeWriter(architecture, config).tree(commandLine, memory);
    }

    private Bytes tree(String commandLine, GuestMemoryMap memory) {
        fdt.startNode("").u32(addressCells, 2).u32(sizeCells, 2).string(model, "microsoft,hyperv");
        cpus();
        List<MemoryEntry> entries = memory.entries();
        for (int i = entries.size() - 1; i >= 0; i--) {
            memory(entries.get(i));
        }
        arm.ifPresent(ArmHostNodes::controllers);
        buses();
        if (arm.isPresent()) {
            arm.get().uart();
        } else {
            config.com().ifPresent(this::serial);
        }
        fdt.startNode("chosen").string(bootargs, commandLine).endNode();
        openhcl();
        fdt.endNode();
        return fdt.build(Integer.toUnsignedLong(config.processors().get(0).apicId()));
    }

    private void cpus() {
        fdt.startNode("cpus").u32(addressCells, arm.isPresent() ? 2 : 1).u32(sizeCells, 0);
        int number = 1;
        for (Processor processor : config.processors()) {
            fdt.startNode("cpu@" + Integer.toHexString(number)).string(deviceType, "cpu");
            long id = Integer.toUnsignedLong(processor.apicId());
            if (arm.isPresent()) {
                fdt.u64(reg, id);
            } else {
                fdt.u32(reg, id);
            }
            fdt.u32(numaNodeId, processor.node()).string(status, "okay").endNode();
            number++;
        }
        fdt.endNode();
    }

    private void memory(MemoryEntry entry) {
        fdt.startNode("memory@" + Long.toHexString(entry.range().start()))
                .string(deviceType, "memory")
                .u64(reg, entry.range().start(), entry.range().size())
                .u32(igvmType, entry.igvmType())
                .u32(numaNodeId, entry.node())
                .endNode();
    }

    private void buses() {
        fdt.startNode("bus")
                .string(compatible, "simple-bus")
                .u32(addressCells, 2)
                .u32(sizeCells, 2)
                .empty(ranges);
        Mmio mmio = config.mmio();
        GpaRange none = new GpaRange(0, 0);
        // A missing chipset range is still listed, as an empty one at 0.
        List<GpaRange> chipset =
                List.of(mmio.chipsetLow().orElse(none), mmio.chipsetHigh().orElse(none));
        vmbus(0, chipset, VTL0_CONNECTION);
        vmbus(2, mmio.ofVtl2(), config.vmbusRedirect() ? VTL2_CONNECTION_REDIRECTED : VTL2_CONNECTION);
        fdt.endNode();
    }

    private void vmbus(int number, List<GpaRange> mmio, long connection) {
        Optional<String> address = mmio.stream().findFirst().map(range -> "@" + Long.toHexString(range.start()));
        List<Long> triples = new ArrayList<>();
        for (GpaRange range : mmio) {
            triples.addAll(List.of(range.start(), range.start(), range.size()));
        }
        fdt.startNode("vmbus-vtl" + number + address.orElse(""))
                .u32(addressCells, 2)
                .u32(sizeCells, 2)
                .string(compatible, "microsoft,vmbus")
                .u64(ranges, triples.stream().mapToLong(Long::longValue).toArray())
                .u32(vtl, number)
                .u32(connectionId, connection)
                .endNode();
    }

    private void serial(ComPort com) {
        fdt.startNode(config.hostTree().pioBusName())
                .string(compatible, "x86-pio-bus")
                .u32(addressCells, 1)
                .u32(sizeCells, config.hostTree().pioBusSizeCells())
                .empty(ranges);
        // The port is given in 64-bit cells, whatever the bus says.
        fdt.startNode("serial@" + Integer.toHexString(com.port()))
                .string(compatible, "ns16550")
                .u32(clockFrequency, 0)
                .u32(currentSpeed, com.baud())
                .u64(reg, com.port(), 8)
                .u64(interrupts, com.irq())
                .endNode();
        fdt.endNode();
    }

    private void openhcl() {
        HostTreeOptions options = config.hostTree();
        Name allocationMode = fdt.addString("memory-allocation-mode");
        Name memorySize = fdt.addString("memory-size");
        Name mmioSize = fdt.addString("mmio-size");
        Name deviceTypes = fdt.addString("device-types");
        fdt.startNode("openhcl");
        if (config.vtl2Base() instanceof Vtl2Base.Vtl2Allocate allocate) {
            allocate.sizeBytes().ifPresent(size -> fdt.u64(memorySize, size));
            fdt.u64(mmioSize, allocate.mmioSizeBytes());
            fdt.string(allocationMode, "vtl2");
        } else {
            fdt.string(allocationMode, "host");
        }
        options.vtl0AliasMap().ifPresent(map -> fdt.u64(fdt.addString("vtl0-alias-map"), map));
        fdt.startNode("entropy").bytes(reg, config.entropy()).endNode();
        if (options.keepAlive()) {
            fdt.startNode("keep-alive").string(deviceTypes, "nvme").endNode();
        }
        options.totalPages().ifPresent(pages -> fdt.startNode("device-dma")
                .u64(fdt.addString("total-pages"), pages)
                .endNode());
        fdt.endNode();
    }
}
