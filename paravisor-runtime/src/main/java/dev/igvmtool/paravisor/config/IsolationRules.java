package dev.igvmtool.paravisor.config;

import dev.igvmtool.devicetree.binding.TreeIsolation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What differs by how the partition is isolated from its host. Follows openvmm: underhill_core/src/worker.rs and
 * virt_mshv_vtl.
 */
public record IsolationRules(TreeIsolation isolation) {
    private static final List<Integer> HYPERCALLS =
            List.of(0x50, 0x51, 0x4d, 0x52, 0xc1, 0xc0, 0x0c, 0xac, 0xd4, 0x94, 0x9a, 0xd9, 0xdb);
    private static final List<Integer> HARDWARE_HYPERCALLS = List.of(0x0d, 0x7e, 0x0f);

    /** Devices that may transfer at the same time. */
    private static final int DEVICES = 8;

    private static final int NETWORK_PAGES_PER_CPU = 21;
    private static final int NETWORK_CPUS = 32;
    private static final int STORAGE_PAGES_PER_CPU = 130;
    private static final int STORAGE_CPUS = 128;
    private static final int ATTESTATION_PAGES = 16;
    private static final long PAGES_OF_2_MIB = 512;

    /** True if the host is not trusted. */
    public boolean isIsolated() {
        return isolation != TreeIsolation.NONE;
    }

    /** True if not even the hypervisor is trusted. */
    public boolean isHardware() {
        return isolation == TreeIsolation.SNP || isolation == TreeIsolation.TDX;
    }

    /** True if the firmware leaves pages for the guest in the reserved range. */
    public boolean hasReservedPages() {
        return isolation == TreeIsolation.SNP;
    }

    /** Low four bits of CPUID 0x4000000C EBX. */
    public int cpuidType() {
        return switch (isolation) {
            case NONE -> 0;
            case VBS -> 1;
            case SNP -> 2;
            case TDX -> 3;
        };
    }

    /** Codes of the hypercalls that the process asks the kernel for. */
    public List<Integer> hypercalls() {
        List<Integer> codes = new ArrayList<>(HYPERCALLS);
        if (isHardware()) {
            codes.addAll(HARDWARE_HYPERCALLS);
        }
        return codes;
    }

    /** Pages that the host can see, for transfers and for what it shares with each processor; whole 2 MiB. */
    public long sharedPoolPages(int cpuCount) {
        if (!isIsolated()) {
            return 0;
        }
        long devices = (long) DEVICES
                * (NETWORK_PAGES_PER_CPU * Math.min(cpuCount, NETWORK_CPUS)
                        + STORAGE_PAGES_PER_CPU * Math.min(cpuCount, STORAGE_CPUS));
        long pages = (long) pagesPerCpu() * cpuCount + devices + ATTESTATION_PAGES;
        return (pages + PAGES_OF_2_MIB - 1) / PAGES_OF_2_MIB * PAGES_OF_2_MIB;
    }

    /** Message page and event page of VTL0, which the host writes to; under SNP a GHCB page, too. */
    private int pagesPerCpu() {
        return switch (isolation) {
            case NONE, VBS -> 0;
            case SNP -> 3;
            case TDX -> 2;
        };
    }

    /** What is wrong with the virtual top of memory of the image, if anything: it belongs to hardware isolation. */
    public Optional<String> vtomDefect(int vtomBit) {
        if (isHardware() == (vtomBit != 0)) {
            return Optional.empty();
        }
        return Optional.of(
                vtomBit == 0
                        ? "measured VTL2 configuration has no virtual top of memory, which isolation "
                                + isolation.text() + " needs"
                        : "measured VTL2 configuration has a virtual top of memory at bit " + vtomBit
                                + ", which isolation " + isolation.text() + " does not have");
    }
}
