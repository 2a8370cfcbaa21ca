package dev.igvmtool.devicetree.binding;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.devicetree.Node;
import dev.igvmtool.devicetree.Property;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The nodes of a host tree that are recognised by {@code compatible}: buses and devices. */
final class HostTreeBuses {
    private static final long PAGE_BYTES = 4096;
    private static final int PPI = 1;

    private Optional<VmbusEntry> vmbusVtl0 = Optional.empty();
    private Optional<VmbusEntry> vmbusVtl2 = Optional.empty();
    private OptionalLong com3Speed = OptionalLong.empty();
    private Optional<Pl011Entry> pl011 = Optional.empty();
    private OptionalLong pmuInterrupt = OptionalLong.empty();

    Optional<VmbusEntry> vmbusVtl0() {
        return vmbusVtl0;
    }

    Optional<VmbusEntry> vmbusVtl2() {
        return vmbusVtl2;
    }

    OptionalLong com3Speed() {
        return com3Speed;
    }

    Optional<Pl011Entry> pl011() {
        return pl011;
    }

    OptionalLong pmuInterrupt() {
        return pmuInterrupt;
    }

    void read(Node node) {
        switch (compatible(node)) {
            case "simple-bus" -> simpleBus(node);
            case "x86-pio-bus" -> pioBus(node);
            case "arm,sbsa-uart" -> pl011(node);
            case "arm,armv8-pmuv3" -> pmu(node);
            default -> {} // of no meaning to the shim
        }
    }

    private static String compatible(Node node) {
        Optional<Property> compatible = node.find("compatible");
        return compatible.isPresent() ? compatible.orElseThrow().string() : "";
    }

    private void simpleBus(Node bus) {
        if (!bus.require("ranges").value().isEmpty()) {
            return; // addresses on this bus are not guest physical
        }
        for (Node child : bus.children()) {
            try {
                if (compatible(child).equals("microsoft,vmbus")) {
                    vmbus(child);
                }
            } catch (FormatException e) {
                throw e.in("node " + child.name());
            }
        }
    }

    private void vmbus(Node node) {
        long vtl = node.require("microsoft,vtl").u32();
        if (vtl != 0 && vtl != 2) {
            throw new FormatException(String.format("microsoft,vtl is %d, expected 0 or 2", vtl));
        }
        VmbusEntry entry = vmbusEntry(node);
        if ((vtl == 0 ? vmbusVtl0 : vmbusVtl2).isPresent()) {
            throw new FormatException("a second vmbus node for VTL " + vtl);
        }
        if (vtl == 0) {
            vmbusVtl0 = Optional.of(entry);
        } else {
            vmbusVtl2 = Optional.of(entry);
        }
    }

    private static VmbusEntry vmbusEntry(Node node) {
        HostTreeReader.expect(node, "#address-cells", 2);
        HostTreeReader.expect(node, "#size-cells", 2);
        Optional<Property> ranges = node.find("ranges");
        List<GpaRange> mmio = ranges.isPresent() ? mmio(ranges.orElseThrow()) : List.of();
        return new VmbusEntry(
                mmio, node.require("microsoft,message-connection-id").u32());
    }

    private static List<GpaRange> mmio(Property ranges) {
        int count = ranges.value().size() / (3 * Long.BYTES);
        if (count > HostTree.MAX_VMBUS_MMIO) {
            throw new FormatException(
                    String.format("ranges has %d entries, expected at most %d", count, HostTree.MAX_VMBUS_MMIO));
        }
        List<GpaRange> mmio = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long child = ranges.u64(3 * i);
            long parent = ranges.u64(3 * i + 1);
            long length = ranges.u64(3 * i + 2);
            if (child != parent) {
                throw new FormatException(
                        String.format("ranges maps 0x%x to 0x%x, expected the same address", child, parent));
            }
            if (child % PAGE_BYTES != 0 || length % PAGE_BYTES != 0) {
                throw new FormatException(String.format(
                        "MMIO of 0x%x bytes at 0x%x is not made of pages of 0x1000 bytes", length, child));
            }
            mmio.add(HostTreeReader.range(child, length));
        }
        if (count == 2) {
            if (Long.compareUnsigned(mmio.get(0).start(), mmio.get(1).start()) > 0) {
                mmio.add(mmio.remove(0));
            }
            if (mmio.get(0).overlaps(mmio.get(1))) {
                throw new FormatException("MMIO ranges " + mmio.get(0) + " and " + mmio.get(1) + " overlap");
            }
        }
        return mmio;
    }

    private void pioBus(Node bus) {
        for (Node child : bus.children()) {
            try {
                String compatible = compatible(child);
                long speed = child.require("current-speed").u32();
                Property reg = child.require("reg");
                long base = reg.u64(0);
                reg.u64(1); // the length must be there, its value does not matter
                if (compatible.equals("ns16550") && base == HostTree.COM3_PORT) {
                    com3Speed = OptionalLong.of(speed);
                }
            } catch (FormatException e) {
                throw e.in("node " + child.name());
            }
        }
    }

    private void pl011(Node node) {
        long base = node.require("reg").u32(1);
        long interrupt = node.require("interrupts").u32(1);
        long speed = node.require("current-speed").u32();
        if (pl011.isEmpty()) {
            pl011 = Optional.of(new Pl011Entry(base, interrupt, speed));
        }
    }

    private void pmu(Node node) {
        Property interrupts = node.require("interrupts");
        if (interrupts.u32Count() < 3) {
            throw new FormatException(
                    String.format("interrupts has %d cells, expected at least 3", interrupts.u32Count()));
        }
        if (interrupts.u32(0) != PPI || interrupts.u32(1) >= 16) {
            throw new FormatException(String.format(
                    "interrupts names type %d, number %d; expected type 1, number below 16",
                    interrupts.u32(0), interrupts.u32(1)));
        }
        pmuInterrupt = OptionalLong.of(16 + interrupts.u32(1));
    }
}
