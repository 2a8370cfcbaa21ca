package dev.igvmtool.devicetree.check;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.binding.HostTree;

/** What the boot shim requires of the host's tree. */
final class HostRules {
    private HostRules() {}

    static void check(Fdt tree, Findings findings) {
        HostTree host;
        try {
            host = HostTree.of(tree);
        } catch (FormatException e) {
            findings.error("host-contract", "/", e.getMessage());
            return;
        }
        if (host.cpus().isEmpty()) {
            findings.error("host-cpus", "/cpus", "no processor has the status \"okay\", expected at least 1");
        }
        if (host.memory().isEmpty()) {
            findings.error("host-memory", "/", "no memory nodes, expected at least 1");
        }
        if (host.vmbusVtl0().isEmpty()) {
            findings.error("host-vmbus", "/", "no vmbus of VTL 0, which the shim requires");
        }
        if (host.vmbusVtl2().isEmpty()) {
            findings.error("host-vmbus", "/", "no vmbus of VTL 2, which the shim requires");
        }
        host.gic()
                .flatMap(gic -> gic.objection(host.cpus().size()))
                .ifPresent(objection -> findings.error("host-gic", "/", objection));
        boolean carves = host.vmbusVtl2().isPresent()
                && host.vmbusVtl2().orElseThrow().mmio().isEmpty();
        if (carves
                && host.vmbusVtl0().isPresent()
                && host.vmbusVtl0().orElseThrow().mmio().size() < 2) {
            findings.warning(
                    "host-mmio",
                    "/",
                    "vmbus of VTL 2 has no MMIO, which is then taken from the second range of VTL 0; that has only "
                            + host.vmbusVtl0().orElseThrow().mmio().size());
        }
    }
}
