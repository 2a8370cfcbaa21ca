package dev.igvmtool.bootshim.plan;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.shim.MemoryVtlType;
import dev.igvmtool.abi.sidecar.SidecarOutputNode;
import dev.igvmtool.devicetree.binding.ArmMachine;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.devicetree.binding.BootTree.TimeSpan;
import dev.igvmtool.devicetree.binding.GicEntry;
import dev.igvmtool.devicetree.binding.HostTree;
import dev.igvmtool.devicetree.binding.MemoryEntry;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import dev.igvmtool.devicetree.binding.VmbusEntry;
import dev.igvmtool.machine.guest.Architecture;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The device tree for kernel and paravisor. Follows openhcl_boot/src/dt.rs: write_dt. */
public final class BootTreePlan {
    private BootTreePlan() {}

    /**
     * What the shim found out while it ran.
     *
     * @param bootTime reference time at start and end of the shim
     * @param sidecarTime reference time around the call of the sidecar
     * @param vtl0AliasMap as settled with the hypervisor
     * @param sidecarNodes what the sidecar answered, one for each node of its parameters
     */
    public record Findings(
            Optional<TimeSpan> bootTime,
            Optional<TimeSpan> sidecarTime,
            OptionalLong vtl0AliasMap,
            List<SidecarOutputNode> sidecarNodes) {
        public Findings {
            sidecarNodes = List.copyOf(sidecarNodes);
        }
    }

    /**
     * Composes the tree.
     *
     * @throws ShimFatalException if memory of VTL2 is not memory of the host, or too many ranges are reserved
     */
    public static BootTree of(ShimInputs inputs, MemoryPlan memory, SidecarPlan sidecar, Findings findings) {
        HostTree host = inputs.hostTree();
        Topology topology = memory.topology();
        long connectionId = host.vmbusVtl2().map(VmbusEntry::connectionId).orElse(0L);
        return new BootTree(
                host.bootCpuidPhys(),
                sidecar.addressSpace().reserved(),
                findings.bootTime(),
                findings.sidecarTime(),
                inputs.isolation() == TreeIsolation.TDX,
                host.cpus(),
                topology.vtl2Memory().stream()
                        .map(entry -> new BootTree.Vtl2Memory(entry.range(), entry.node()))
                        .toList(),
                new VmbusEntry(topology.vtl2Mmio(), connectionId),
                findings.sidecarNodes().stream()
                        .map(node -> new BootTree.SidecarNode(
                                node.controlPage(), GpaRange.ofSize(node.sharedPagesBase(), node.sharedPagesSize())))
                        .toList(),
                inputs.isolation(),
                host.allocation(),
                findings.vtl0AliasMap(),
                partition(host, topology, sidecar.addressSpace()),
                inputs.imported().stream().map(ShimInputs.Imported::range).toList(),
                host.entropy(),
                inputs.architecture() == Architecture.AARCH64
                        ? Optional.of(armMachine(inputs, sidecar))
                        : Optional.empty());
    }

    /** The host may leave its devices out; where it does not, only their addresses may differ. */
    private static ArmMachine armMachine(ShimInputs inputs, SidecarPlan sidecar) {
        HostTree host = inputs.hostTree();
        int processors = host.cpus().size();
        host.gic().flatMap(gic -> gic.objection(processors)).ifPresent(objection -> {
            throw new ShimFatalException(objection);
        });
        return new ArmMachine(
                host.gic().orElseGet(() -> GicEntry.standard(processors)),
                host.pmuInterrupt().orElse(ArmMachine.DEFAULT_PMU_INTERRUPT),
                host.pl011(),
                KernelCommandLine.of(inputs, sidecar).toUtf8(),
                inputs.image().initrd());
    }

    private static List<BootTree.PartitionMemory> partition(HostTree host, Topology topology, AddressSpace space) {
        List<BootTree.PartitionMemory> partition = new ArrayList<>();
        for (RangeWalk.Piece<MemoryEntry, AddressSpace.Typed> piece :
                RangeWalk.walk(host.memory(), MemoryEntry::range, space.typed(), AddressSpace.Typed::range)) {
            MemoryEntry entry = piece.left()
                    .orElseThrow(() ->
                            new ShimFatalException("memory of VTL2 " + piece.range() + " is not memory of the host"));
            partition.add(new BootTree.PartitionMemory(
                    piece.range(),
                    piece.right().map(AddressSpace.Typed::type).orElse(MemoryVtlType.VTL0),
                    Optional.of(new BootTree.HostMemory(entry.node(), entry.igvmType()))));
        }
        topology.vtl0Mmio().forEach(range -> partition.add(mmio(range, MemoryVtlType.VTL0_MMIO)));
        topology.vtl2Mmio().forEach(range -> partition.add(mmio(range, MemoryVtlType.VTL2_MMIO)));
        return partition;
    }

    private static BootTree.PartitionMemory mmio(GpaRange range, MemoryVtlType type) {
        return new BootTree.PartitionMemory(range, type, Optional.empty());
    }

    /**
     * Checks that nothing outside the memory of VTL2 waits to be accepted: the shim accepts only its own memory.
     *
     * @throws ShimFatalException if a shared range of the launch lies outside
     */
    public static void checkImported(ShimInputs inputs, Topology topology) {
        for (RangeWalk.Piece<ShimInputs.Imported, MemoryEntry> piece : RangeWalk.walk(
                inputs.imported(), ShimInputs.Imported::range, topology.vtl2Memory(), MemoryEntry::range)) {
            if (piece.right().isEmpty() && !piece.left().orElseThrow().accepted()) {
                throw new ShimFatalException(
                        "launch range " + piece.range() + " is outside the memory of VTL2 and was not accepted");
            }
        }
    }
}
