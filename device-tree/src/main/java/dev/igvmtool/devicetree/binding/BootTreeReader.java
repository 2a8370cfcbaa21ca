package dev.igvmtool.devicetree.binding;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.shim.MemoryVtlType;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.Node;
import dev.igvmtool.devicetree.Property;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** One reading of the shim's tree; see {@link BootTree#of}. */
final class BootTreeReader {
    private final Fdt fdt;
    private final Node root;

    BootTreeReader(Fdt fdt) {
        this.fdt = fdt;
        this.root = fdt.root();
    }

    BootTree read() {
        Optional<ArmMachine> arm = ArmNodes.read(fdt);
        Node openhcl = child(root, "openhcl");
        Node bus = child(root, "bus");
        String isolation = openhcl.require("isolation-type").string();
        List<BootTree.PartitionMemory> partition = each(openhcl.childrenOf("memory"), BootTreeReader::partition);
        checkTypes(partition);
        return new BootTree(
                fdt.bootCpuidPhys(),
                each(fdt.reservations(), entry -> HostTreeReader.range(entry.address(), entry.sizeBytes())),
                time(root, "reftime_boot_start", "reftime_boot_end"),
                time(root, "reftime_sidecar_start", "reftime_sidecar_end"),
                root.child("reserved-memory").isPresent(),
                each(child(root, "cpus").children(), node -> cpu(node, arm.isPresent())),
                each(root.childrenOf("memory"), BootTreeReader::vtl2Memory),
                vmbus(child(bus, "vmbus")),
                each(bus.childrenOf("sidecar"), BootTreeReader::sidecar),
                TreeIsolation.of(isolation)
                        .orElseThrow(() -> new FormatException(
                                "isolation-type is \"" + isolation + "\", expected none, vbs, snp or tdx")),
                allocation(openhcl),
                u64(openhcl, "vtl0-alias-map"),
                partition,
                each(openhcl.childrenOf("accepted-memory"), node -> range(node.require("reg"))),
                openhcl.child("entropy").map(node -> node.require("reg").value()),
                arm);
    }

    private static <F, T> List<T> each(List<F> from, Function<F, T> read) {
        List<T> result = new ArrayList<>(from.size());
        for (F element : from) {
            try {
                result.add(read.apply(element));
            } catch (FormatException e) {
                throw element instanceof Node node ? e.in("node " + node.name()) : e;
            }
        }
        return result;
    }

    private static Node child(Node parent, String name) {
        return parent.child(name)
                .orElseThrow(() -> new FormatException(
                        "node " + (parent.name().isEmpty() ? "/" : parent.name()) + " has no child " + name));
    }

    private static Optional<BootTree.TimeSpan> time(Node node, String start, String end) {
        OptionalLong first = u64(node, start);
        OptionalLong last = u64(node, end);
        return first.isPresent() && last.isPresent()
                ? Optional.of(new BootTree.TimeSpan(first.getAsLong(), last.getAsLong()))
                : Optional.empty();
    }

    private static OptionalLong u64(Node node, String name) {
        Optional<Property> property = node.find(name);
        return property.isPresent() ? OptionalLong.of(property.orElseThrow().u64()) : OptionalLong.empty();
    }

    private static CpuEntry cpu(Node node, boolean arm) {
        Property reg = node.require("reg");
        return new CpuEntry(
                arm ? reg.u64() : reg.u32(), node.require("numa-node-id").u32());
    }

    private static BootTree.Vtl2Memory vtl2Memory(Node node) {
        return new BootTree.Vtl2Memory(
                range(node.require("reg")), node.require("numa-node-id").u32());
    }

    private static GpaRange range(Property reg) {
        if (reg.u64Count() != 2) {
            throw new FormatException(String.format("reg has %d values of 64 bits, expected 2", reg.u64Count()));
        }
        return HostTreeReader.range(reg.u64(0), reg.u64(1));
    }

    private static VmbusEntry vmbus(Node node) {
        Property ranges = node.require("ranges");
        List<GpaRange> mmio = new ArrayList<>();
        for (int i = 0; i + 2 < ranges.u64Count(); i += 3) {
            mmio.add(HostTreeReader.range(ranges.u64(i), ranges.u64(i + 2)));
        }
        return new VmbusEntry(
                mmio, node.require("microsoft,message-connection-id").u32());
    }

    private static BootTree.SidecarNode sidecar(Node node) {
        Property reg = node.require("reg");
        return new BootTree.SidecarNode(reg.u64(0), HostTreeReader.range(reg.u64(2), reg.u64(3)));
    }

    private static MemoryAllocation allocation(Node openhcl) {
        String mode = openhcl.require("memory-allocation-mode").string();
        return switch (mode) {
            case "host" -> MemoryAllocation.HOST;
            case "vtl2" -> MemoryAllocation.vtl2(u64(openhcl, "memory-size"), u64(openhcl, "mmio-size"));
            default ->
                throw new FormatException("memory-allocation-mode is \"" + mode + "\", expected \"host\" or \"vtl2\"");
        };
    }

    private static BootTree.PartitionMemory partition(Node node) {
        long value = node.require("openhcl,memory-type").u32();
        MemoryVtlType type = MemoryVtlType.of((int) value)
                .orElseThrow(() -> new FormatException("openhcl,memory-type is " + value + ", expected 0 to 12"));
        boolean mmio = type == MemoryVtlType.VTL0_MMIO || type == MemoryVtlType.VTL2_MMIO;
        Optional<BootTree.HostMemory> host = mmio
                ? Optional.empty()
                : Optional.of(
                        new BootTree.HostMemory(node.require("numa-node-id").u32(), (int)
                                node.require("microsoft,igvm-type").u32()));
        return new BootTree.PartitionMemory(range(node.require("reg")), type, host);
    }

    private static void checkTypes(List<BootTree.PartitionMemory> partition) {
        count(partition, MemoryVtlType.VTL2_RESERVED, 0);
        count(partition, MemoryVtlType.VTL2_PERSISTED_STATE_HEADER, 1);
        count(partition, MemoryVtlType.VTL2_PERSISTED_STATE_PROTOBUF, 1);
    }

    private static void count(List<BootTree.PartitionMemory> partition, MemoryVtlType type, int least) {
        long count = partition.stream().filter(piece -> piece.type() == type).count();
        if (count < least || count > 1) {
            throw new FormatException(String.format(
                    "%d ranges of type %d (%s), expected %s",
                    count, type.value(), type, least == 1 ? "exactly 1" : "at most 1"));
        }
    }
}
