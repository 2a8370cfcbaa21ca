package dev.igvmtool.devicetree.binding;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.shim.MemoryVtlType;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.FdtBuildException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the boot shim tells the kernel and the paravisor. The shim writes it with {@link #toFdt}; the paravisor
 * reads it from the kernel's raw blob with {@link #of}. Follows openvmm: openhcl_boot/src/dt.rs write_dt and
 * bootloader_fdt_parser.
 *
 * @param bootCpuidPhys hardware id of the boot processor
 * @param reservations ascending; what the kernel must leave alone
 * @param bootTime reference time in 100 ns units when the shim began and ended
 * @param sidecarTime the same around the sidecar's start
 * @param wakeupMailbox true on TDX: application processors wait in the mailbox at 0xFFFFF000
 * @param cpus in VP index order
 * @param vtl2Memory memory of VTL2, whole, with nodes
 * @param vmbus bus of VTL2
 * @param sidecarNodes in the order of their base processors
 * @param isolation of the partition
 * @param allocation who chose the memory of VTL2
 * @param vtl0AliasMap address bit under which VTL0 memory appears again
 * @param partition every piece of memory and then of MMIO, with its use
 * @param accepted ranges that the launch or the shim has accepted
 * @param entropy from the host
 * @param arm what only an aarch64 machine has
 */
public record BootTree(
        long bootCpuidPhys,
        List<GpaRange> reservations,
        Optional<TimeSpan> bootTime,
        Optional<TimeSpan> sidecarTime,
        boolean wakeupMailbox,
        List<CpuEntry> cpus,
        List<Vtl2Memory> vtl2Memory,
        VmbusEntry vmbus,
        List<SidecarNode> sidecarNodes,
        TreeIsolation isolation,
        MemoryAllocation allocation,
        OptionalLong vtl0AliasMap,
        List<PartitionMemory> partition,
        List<GpaRange> accepted,
        Optional<Bytes> entropy,
        Optional<ArmMachine> arm) {
    /** Bytes that the tree may use: the 256 KiB object of the shim without its {@code setup_data} header. */
    public static final int CAPACITY_BYTES = 0x4_0000 - 16;

    public BootTree {
        reservations = List.copyOf(reservations);
        cpus = List.copyOf(cpus);
        vtl2Memory = List.copyOf(vtl2Memory);
        sidecarNodes = List.copyOf(sidecarNodes);
        partition = List.copyOf(partition);
        accepted = List.copyOf(accepted);
    }

    /** Two moments of the reference time, 100 ns units. */
    public record TimeSpan(long start, long end) {}

    /** One range of VTL2 memory on one node. */
    public record Vtl2Memory(GpaRange range, long node) {}

    /** One node of the sidecar: control page, then the pages shared with the kernel. */
    public record SidecarNode(long controlPage, GpaRange shared) {}

    /**
     * One piece of the partition's address space.
     *
     * @param host node and IGVM type of the memory; absent for MMIO
     */
    public record PartitionMemory(GpaRange range, MemoryVtlType type, Optional<HostMemory> host) {
        public PartitionMemory {
            boolean mmio = type == MemoryVtlType.VTL0_MMIO || type == MemoryVtlType.VTL2_MMIO;
            if (mmio == host.isPresent()) {
                throw new IllegalArgumentException("memory has a node, MMIO has none");
            }
        }
    }

    /** What the host says of a piece of memory. */
    public record HostMemory(long node, int igvmType) {}

    /**
     * The blob, at most {@link #CAPACITY_BYTES}.
     *
     * @throws FdtBuildException if it does not fit, or reservations overlap
     */
    public Bytes toFdt() {
        return new BootTreeWriter(this).write();
    }

    /**
     * Reads the shim's tree as its consumer does.
     *
     * @throws FormatException if something required is missing or not as the shim writes it
     */
    public static BootTree of(Fdt fdt) {
        try {
            return new BootTreeReader(fdt).read();
        } catch (FormatException e) {
            throw e.in("boot device tree");
        }
    }
}
