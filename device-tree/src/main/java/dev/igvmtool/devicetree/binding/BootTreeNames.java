package dev.igvmtool.devicetree.binding;

import dev.igvmtool.devicetree.FdtBuilder;
import dev.igvmtool.devicetree.FdtBuilder.Name;

/** Names of properties of the shim's tree, in the order in which the reference adds their strings. */
final class BootTreeNames {
    final Name addressCells;
    final Name sizeCells;
    final Name reg;
    final Name regNames;
    final Name deviceType;
    final Name status;
    final Name compatible;
    final Name ranges;
    final Name numaNodeId;
    final Name bootStart;
    final Name bootEnd;
    final Name sidecarStart;
    final Name sidecarEnd;
    final Name vtl;
    final Name connectionId;
    final Name dmaCoherent;
    final Name igvmType;
    final Name memoryType;
    final Name interruptParent;
    final Name interrupts;
    final Name enableMethod;
    final Name currentSpeed;

    BootTreeNames(FdtBuilder fdt) {
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
        interruptParent = fdt.addString("interrupt-parent");
        interrupts = fdt.addString("interrupts");
        enableMethod = fdt.addString("enable-method");
        currentSpeed = fdt.addString("current-speed");
    }
}
