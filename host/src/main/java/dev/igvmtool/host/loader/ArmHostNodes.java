package dev.igvmtool.host.loader;

import dev.igvmtool.devicetree.FdtBuilder;
import dev.igvmtool.devicetree.binding.ArmMachine;
import dev.igvmtool.devicetree.binding.GicEntry;
import dev.igvmtool.devicetree.binding.Pl011Entry;
import dev.igvmtool.host.config.Aarch64Devices;
import dev.igvmtool.host.config.VmConfig;

/** The nodes that only the tree of an AArch64 host has, as the boot shim's parser wants them (host-loader 5). */
final class ArmHostNodes {
    private static final long SHARED_INTERRUPT = 0;
    private static final long PRIVATE_INTERRUPT = 1;
    private static final long LEVEL_HIGH = 4;
    private static final long UART_BYTES = 0x1000;

    private final FdtBuilder fdt;
    private final VmConfig config;
    private final Aarch64Devices devices;

    ArmHostNodes(FdtBuilder fdt, VmConfig config) {
        this.fdt = fdt;
        this.config = config;
        this.devices = config.aarch64();
    }

    /** Interrupt controller and performance monitor, as far as the host tells of them. */
    void controllers() {
        if (devices.gic().isPresent()) {
            gic(devices.controller(config.processors().size()));
        }
        devices.pmuInterrupt().ifPresent(this::pmu);
    }

    private void gic(GicEntry gic) {
        fdt.startNode("intc@" + Long.toHexString(gic.distributor().start()));
        text("compatible", "arm,gic-v3");
        u32("#redistributor-regions", 1);
        u64("redistributor-stride", gic.redistributorStride());
        u64(
                "reg",
                gic.distributor().start(),
                gic.distributor().size(),
                gic.redistributors().start(),
                gic.redistributors().size());
        u32("#address-cells", 2);
        u32("#size-cells", 2);
        u32("#interrupt-cells", 3);
        fdt.empty(fdt.addString("interrupt-controller"));
        u32("phandle", ArmMachine.GIC_PHANDLE);
        fdt.empty(fdt.addString("ranges"));
        fdt.endNode();
    }

    private void pmu(long interrupt) {
        fdt.startNode("pmu");
        text("compatible", "arm,armv8-pmuv3");
        u32("interrupts", PRIVATE_INTERRUPT, interrupt - ArmMachine.FIRST_PPI, LEVEL_HIGH);
        fdt.endNode();
    }

    /** Serial port, if there is one. */
    void uart() {
        devices.uart().ifPresent(this::uart);
    }

    private void uart(Pl011Entry uart) {
        fdt.startNode("uart@" + Long.toHexString(uart.base()));
        text("compatible", "arm,sbsa-uart");
        u64("reg", uart.base(), UART_BYTES);
        if (devices.gic().isPresent()) {
            u32("interrupt-parent", ArmMachine.GIC_PHANDLE);
        }
        u32("interrupts", SHARED_INTERRUPT, uart.interrupt(), LEVEL_HIGH);
        u32("current-speed", uart.currentSpeed());
        fdt.endNode();
    }

    private void text(String name, String value) {
        fdt.string(fdt.addString(name), value);
    }

    private void u32(String name, long... values) {
        fdt.u32(fdt.addString(name), values);
    }

    private void u64(String name, long... values) {
        fdt.u64(fdt.addString(name), values);
    }
}
