package dev.igvmtool.devicetree.binding;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.Node;
import dev.igvmtool.devicetree.Property;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** One reading of a host tree; see {@link HostTree#of}. The checks come in the reference's order. */
final class HostTreeReader {
    private static final long PAGE_BYTES = 4096;

    private final List<CpuEntry> cpus = new ArrayList<>();
    private final List<MemoryEntry> memory = new ArrayList<>();
    private final HostTreeBuses buses = new HostTreeBuses();
    private String commandLine = "";
    private MemoryAllocation allocation = MemoryAllocation.HOST;
    private OptionalLong vtl0AliasMap = OptionalLong.empty();
    private Optional<Bytes> entropy = Optional.empty();
    private boolean nvmeKeepAlive;
    private OptionalLong dmaHintPages = OptionalLong.empty();
    private Optional<GicEntry> gic = Optional.empty();

    HostTree read(Fdt fdt) {
        for (Node child : fdt.root().children()) {
            try {
                read(child);
            } catch (FormatException e) {
                throw e.in("node " + child.name());
            }
        }
        memory.sort(Comparator.comparing(entry -> entry.range().start(), Long::compareUnsigned));
        checkOverlaps();
        return new HostTree(
                fdt.totalSize(),
                fdt.bootCpuidPhys(),
                cpus,
                memory,
                buses.vmbusVtl0(),
                buses.vmbusVtl2(),
                commandLine,
                buses.com3Speed(),
                allocation,
                vtl0AliasMap,
                entropy,
                nvmeKeepAlive,
                dmaHintPages,
                gic,
                buses.pl011(),
                buses.pmuInterrupt());
    }

    private void read(Node node) {
        String name = node.name();
        if (name.equals("cpus")) {
            cpus(node);
        } else if (name.equals("openhcl")) {
            openhcl(node);
        } else if (name.startsWith("memory@")) {
            memory(node);
        } else if (name.equals("chosen")) {
            chosen(node);
        } else if (name.startsWith("intc@")) {
            gic(node);
        } else {
            buses.read(node);
        }
    }

    private void cpus(Node node) {
        long cells = node.require("#address-cells").u32();
        if (cells > 2) {
            throw new FormatException(String.format("#address-cells is %d, expected at most 2", cells));
        }
        for (Node cpu : node.children()) {
            try {
                if (!cpu.require("status").string().equals("okay")) {
                    continue;
                }
                Property reg = cpu.require("reg");
                long hardwareId = cells == 1 ? reg.u32() : reg.u64();
                long vnode = cpu.require("numa-node-id").u32();
                if (cpus.size() == HostTree.MAX_CPUS) {
                    throw new FormatException("too many enabled processors, expected at most " + HostTree.MAX_CPUS);
                }
                cpus.add(new CpuEntry(hardwareId, vnode));
            } catch (FormatException e) {
                throw e.in("node " + cpu.name());
            }
        }
    }

    private void memory(Node node) {
        Optional<Property> type = node.find("microsoft,igvm-type");
        int igvmType = type.isPresent() ? (int) type.orElseThrow().u32() & 0xffff : MemoryEntry.MEMORY;
        Property reg = node.require("reg");
        long vnode = node.require("numa-node-id").u32();
        int pairs = reg.value().size() / (2 * Long.BYTES);
        for (int i = 0; i < pairs; i++) {
            long base = reg.u64(2 * i);
            long length = reg.u64(2 * i + 1);
            if (base % PAGE_BYTES != 0 || length % PAGE_BYTES != 0) {
                throw new FormatException(String.format(
                        "memory of 0x%x bytes at 0x%x is not made of pages of 0x1000 bytes", length, base));
            }
            if (memory.size() == HostTree.MAX_MEMORY) {
                throw new FormatException("too many memory ranges, expected at most " + HostTree.MAX_MEMORY);
            }
            memory.add(new MemoryEntry(range(base, length), vnode, igvmType));
        }
    }

    /** A range whose end does not wrap. */
    static GpaRange range(long base, long length) {
        if (Long.compareUnsigned(base + length, base) < 0) {
            throw new FormatException(String.format(
                    "range of 0x%x bytes at 0x%x reaches past the end of the address space", length, base));
        }
        return GpaRange.ofSize(base, length);
    }

    private void chosen(Node node) {
        Optional<Property> bootargs = node.find("bootargs");
        if (bootargs.isPresent()) {
            commandLine += bootargs.orElseThrow().string();
            int size = Bytes.utf8(commandLine).size();
            if (size > HostTree.MAX_COMMAND_LINE) {
                throw new FormatException(
                        String.format("bootargs has %d bytes, expected at most %d", size, HostTree.MAX_COMMAND_LINE));
            }
        }
    }

    private void openhcl(Node node) {
        String mode = node.require("memory-allocation-mode").string();
        switch (mode) {
            case "host" -> allocation = MemoryAllocation.HOST;
            case "vtl2" ->
                allocation = MemoryAllocation.vtl2(u64(node.find("memory-size")), u64(node.find("mmio-size")));
            default ->
                throw new FormatException("memory-allocation-mode is \"" + mode + "\", expected \"host\" or \"vtl2\"");
        }
        vtl0AliasMap = u64(node.find("vtl0-alias-map"));
        for (Node child : node.children()) {
            switch (child.name()) {
                case "entropy" -> {
                    Bytes all = child.require("reg").value();
                    entropy = Optional.of(all.slice(0, Math.min(all.size(), HostTree.MAX_ENTROPY)));
                }
                case "keep-alive" -> nvmeKeepAlive = isNvme(child);
                case "device-dma" -> dmaHintPages = dmaHint(child);
                default -> {} // of no meaning to the shim
            }
        }
    }

    private static boolean isNvme(Node keepAlive) {
        try {
            Optional<Property> types = keepAlive.find("device-types");
            return types.isPresent() && types.orElseThrow().string().equals("nvme");
        } catch (FormatException e) {
            return false; // a malformed list counts as absent, by the contract
        }
    }

    private static OptionalLong dmaHint(Node deviceDma) {
        try {
            return u64(deviceDma.find("total-pages"));
        } catch (FormatException e) {
            return OptionalLong.empty(); // a malformed hint counts as absent, by the contract
        }
    }

    private static OptionalLong u64(Optional<Property> property) {
        return property.isPresent() ? OptionalLong.of(property.orElseThrow().u64()) : OptionalLong.empty();
    }

    private void gic(Node node) {
        expect(node, "compatible", "arm,gic-v3");
        expect(node, "#redistributor-regions", 1);
        expect(node, "#address-cells", 2);
        expect(node, "#size-cells", 2);
        expect(node, "#interrupt-cells", 3);
        long stride = node.require("redistributor-stride").u64();
        Property reg = node.require("reg");
        gic = Optional.of(new GicEntry(range(reg.u64(0), reg.u64(1)), range(reg.u64(2), reg.u64(3)), stride));
    }

    private static void expect(Node node, String property, String expected) {
        String actual = node.require(property).string();
        if (!actual.equals(expected)) {
            throw new FormatException(String.format("%s is \"%s\", expected \"%s\"", property, actual, expected));
        }
    }

    static void expect(Node node, String property, long expected) {
        long actual = node.require(property).u32();
        if (actual != expected) {
            throw new FormatException(String.format("%s is %d, expected %d", property, actual, expected));
        }
    }

    private void checkOverlaps() {
        for (int i = 1; i < memory.size(); i++) {
            if (memory.get(i - 1).range().overlaps(memory.get(i).range())) {
                throw new FormatException("memory ranges " + memory.get(i - 1).range() + " and "
                        + memory.get(i).range() + " overlap");
            }
        }
        List<GpaRange> vtl0Mmio = buses.vmbusVtl0().map(VmbusEntry::mmio).orElse(List.of());
        List<GpaRange> vtl2Mmio = buses.vmbusVtl2().map(VmbusEntry::mmio).orElse(List.of());
        for (MemoryEntry ram : memory) {
            vtl0Mmio.forEach(mmio -> checkMmio(mmio, ram.range(), "memory"));
            vtl2Mmio.forEach(mmio -> checkMmio(mmio, ram.range(), "memory"));
        }
        vtl0Mmio.forEach(mmio -> vtl2Mmio.forEach(other -> checkMmio(mmio, other, "MMIO of VTL2")));
    }

    private static void checkMmio(GpaRange mmio, GpaRange other, String what) {
        if (mmio.overlaps(other)) {
            throw new FormatException("vmbus MMIO " + mmio + " overlaps " + what + " " + other);
        }
    }
}
