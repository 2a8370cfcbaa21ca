package dev.igvmtool.devicetree.binding;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.Fdt;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the boot shim takes from the tree that the host inserted: the contract that any host must satisfy. Follows
 * openhcl/host_fdt_parser of openvmm. Nodes and properties without a meaning here are passed over.
 *
 * @param totalSize bytes of the blob
 * @param bootCpuidPhys hardware id of the boot processor
 * @param cpus enabled processors in VP index order, at most {@link #MAX_CPUS}
 * @param memory ascending, without overlap, at most {@link #MAX_MEMORY}
 * @param vmbusVtl0 bus of the guest
 * @param vmbusVtl2 bus of the paravisor
 * @param commandLine kernel command line of the host, at most {@link #MAX_COMMAND_LINE} bytes of UTF-8
 * @param com3Speed baud rate of the 16550 at port 0x3E8, if there is one
 * @param allocation who chooses the memory of VTL2
 * @param vtl0AliasMap address bit under which VTL0 memory appears again
 * @param entropy for the kernel, at most {@link #MAX_ENTROPY} bytes; more is cut off
 * @param nvmeKeepAlive true if the host keeps NVMe devices alive over servicing
 * @param dmaHintPages pages that the host suggests for the private pool
 * @param gic interrupt controller (aarch64)
 * @param pl011 serial port (aarch64)
 * @param pmuInterrupt interrupt id of the performance monitor (aarch64)
 */
public record HostTree(
        int totalSize,
        long bootCpuidPhys,
        List<CpuEntry> cpus,
        List<MemoryEntry> memory,
        Optional<VmbusEntry> vmbusVtl0,
        Optional<VmbusEntry> vmbusVtl2,
        String commandLine,
        OptionalLong com3Speed,
        MemoryAllocation allocation,
        OptionalLong vtl0AliasMap,
        Optional<Bytes> entropy,
        boolean nvmeKeepAlive,
        OptionalLong dmaHintPages,
        Optional<GicEntry> gic,
        Optional<Pl011Entry> pl011,
        OptionalLong pmuInterrupt) {
    public static final int MAX_CPUS = 2048;
    public static final int MAX_MEMORY = 1024;
    public static final int MAX_COMMAND_LINE = 8192;
    public static final int MAX_ENTROPY = 256;
    public static final int MAX_VMBUS_MMIO = 2;

    /** I/O port of COM3, the only serial port that the shim looks for. */
    public static final int COM3_PORT = 0x3e8;

    public HostTree {
        cpus = List.copyOf(cpus);
        memory = List.copyOf(memory);
    }

    /**
     * Reads a tree.
     *
     * @throws FormatException if the contract is broken: a required property missing or with a value that is not
     *     accepted, unaligned or overlapping ranges, too many entries
     */
    public static HostTree of(Fdt fdt) {
        try {
            return new HostTreeReader().read(fdt);
        } catch (FormatException e) {
            throw e.in("host device tree");
        }
    }

    /** Reads the blob at the start of {@code area}. */
    public static HostTree parse(Bytes area) {
        return of(Fdt.parse(area));
    }
}
