package dev.igvmtool.devicetree.binding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.devicetree.FdtBuilder;
import dev.igvmtool.devicetree.FdtBuilder.Name;
import dev.igvmtool.devicetree.GoldenFiles;
import dev.igvmtool.testing.Mutations;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class HostTreeTest {
    private static HostTree golden(String name) {
        return HostTree.parse(GoldenFiles.hostTree(name));
    }

    @Test
    void readsTheTreeOfTheReferenceHost() {
        HostTree tree = golden("none-4vp-dev");
        assertEquals(
                List.of(new CpuEntry(4, 0), new CpuEntry(6, 0), new CpuEntry(8, 0), new CpuEntry(10, 0)), tree.cpus());
        assertEquals(4, tree.bootCpuidPhys());
        assertEquals(
                List.of(
                        new MemoryEntry(new GpaRange(0, 0x8000000), 0, MemoryEntry.MEMORY),
                        new MemoryEntry(new GpaRange(0x8000000, 0x28000000), 0, MemoryEntry.VTL2_PROTECTABLE),
                        new MemoryEntry(new GpaRange(0x28000000, 0x80000000L), 0, MemoryEntry.MEMORY)),
                tree.memory());
        assertEquals(4, tree.vmbusVtl2().orElseThrow().connectionId());
        assertEquals(
                List.of(GpaRange.ofSize(0xf8000000L, 0x8000000), GpaRange.ofSize(0xfe0000000L, 0x20000000)),
                tree.vmbusVtl0().orElseThrow().mmio());
        assertEquals(OptionalLong.empty(), tree.com3Speed());
        assertEquals(MemoryAllocation.HOST, tree.allocation());
        assertTrue(tree.nvmeKeepAlive());
        assertEquals(64, tree.entropy().orElseThrow().size());
    }

    @Test
    void readsWhatOtherHostsMayWrite() {
        HostTree hyperv = golden("host-hyperv-style");
        assertFalse(hyperv.nvmeKeepAlive());
        assertTrue(hyperv.dmaHintPages().isPresent());
        assertTrue(hyperv.vtl0AliasMap().isPresent());
        assertTrue(hyperv.com3Speed().isPresent());
        assertEquals(256, golden("host-long-entropy").entropy().orElseThrow().size());
        assertEquals(
                new GpaRange(0, 0),
                golden("host-redirect").vmbusVtl0().orElseThrow().mmio().get(0));
        assertTrue(golden("self-1node").allocation().vtl2());
        assertEquals(903, golden("mem-900-ranges").memory().size());
        assertEquals(4, golden("host-exotic-tree").cpus().size());
        assertEquals(2048, golden("none-2048vp").cpus().size());
    }

    @Test
    void refusesWhatTheReferenceRefuses() {
        assertMessage("overlaps memory", () -> golden("panic-mmio-overlap"));
        assertMessage("too many enabled processors", () -> golden("panic-2049vp"));
        assertMessage("magic is 0x00000000", () -> HostTree.parse(Bytes.zeros(0x40000)));
    }

    @Test
    void flippedBitsGiveATreeOrAFormatException() {
        Bytes blob = GoldenFiles.hostTree("none-1vp");
        Mutations.bitFlips(blob, 7, HostTree::parse);
    }

    @Test
    void refusesMissingAndWrongProperties() {
        assertMessage("no property reg", tree("memory@0", node -> node.u32("numa-node-id", 0)));
        assertMessage("no property numa-node-id", tree("memory@0", node -> node.u64("reg", 0, 0x1000)));
        assertMessage("not made of pages", tree("memory@0", node -> node.u64("reg", 0, 0x1001)
                .u32("numa-node-id", 0)));
        assertMessage("past the end of the address space", tree("memory@0", node -> node.u64("reg", -0x1000, 0x2000)
                .u32("numa-node-id", 0)));
        assertMessage("too many memory ranges", tree("memory@0", node -> node.u64(
                        "reg",
                        LongStream.range(0, 2050)
                                .map(i -> i % 2 == 0 ? i << 12 : 0x1000)
                                .toArray())
                .u32("numa-node-id", 0)));
        assertMessage("overlap", tree("memory@0", node -> node.u64("reg", 0, 0x2000, 0x1000, 0x1000)
                .u32("numa-node-id", 0)));
        assertMessage("#address-cells is 3", tree("cpus", node -> node.u32("#address-cells", 3)));
        assertMessage(
                "expected \"host\" or \"vtl2\"", tree("openhcl", node -> node.text("memory-allocation-mode", "both")));
        assertMessage("bootargs has 8193 bytes", tree("chosen", node -> node.text("bootargs", "x".repeat(8193))));
        assertMessage("has no property ranges", tree("bus", node -> node.text("compatible", "simple-bus")));
        assertMessage("type 1, number below 16", tree("pmu", node -> node.text("compatible", "arm,armv8-pmuv3")
                .u32("interrupts", 1, 16, 4)));
    }

    /** Gives a node its properties by name. */
    private record NodeWriter(FdtBuilder fdt) {
        private NodeWriter u32(String name, long... values) {
            fdt.u32(fdt.addString(name), values);
            return this;
        }

        private NodeWriter u64(String name, long... values) {
            Name id = fdt.addString(name);
            fdt.u64(id, values);
            return this;
        }

        private NodeWriter text(String name, String value) {
            fdt.string(fdt.addString(name), value);
            return this;
        }
    }

    private static Runnable tree(String child, Consumer<NodeWriter> properties) {
        FdtBuilder fdt = new FdtBuilder(0x20000, List.of());
        fdt.startNode("").startNode(child);
        properties.accept(new NodeWriter(fdt));
        Bytes blob = fdt.endNode().endNode().build(0);
        return () -> HostTree.parse(blob);
    }

    private static void assertMessage(String part, Runnable read) {
        FormatException e = assertThrows(FormatException.class, read::run);
        assertTrue(e.getMessage().contains(part), e.getMessage());
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
    }
}
