package dev.igvmtool.devicetree.binding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.shim.MemoryVtlType;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.GoldenFiles;
import dev.igvmtool.devicetree.GoldenSources;
import dev.igvmtool.devicetree.TestSources;
import dev.igvmtool.devicetree.source.Dts;
import dev.igvmtool.testing.Mutations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class BootTreeTest {
    @Test
    void writesBackEveryTreeOfTheReferenceToTheByte() {
        int compared = 0;
        for (Path folder : GoldenFiles.cases()) {
            Path file = folder.resolve("expected/kernel-tree.dtb");
            if (Files.exists(file)) {
                Bytes blob = GoldenFiles.read(file);
                BootTree tree = BootTree.of(Fdt.parse(blob));
                assertEquals(blob, tree.toFdt(), () -> file.toString());
                compared++;
            }
        }
        assertTrue(compared > 45, "only " + compared + " trees");
    }

    @Test
    void readsWhatItWrote() {
        BootTree tree = small(MemoryVtlType.VTL2_PERSISTED_STATE_PROTOBUF);
        assertEquals(tree, BootTree.of(Fdt.parse(tree.toFdt())));
    }

    /** The golden was written by hand from the binding, and compiled by dtc: properties and nodes come in its order. */
    @Test
    void writesTheTreeOfAnAarch64Machine() {
        Fdt expected = Fdt.parse(GoldenSources.blob("aarch64-kernel"));
        BootTree tree = BootTree.of(expected);
        Fdt written = Fdt.parse(tree.toFdt());
        assertEquals(Dts.decompile(expected), Dts.decompile(written));
        assertEquals(0x1_0000_0003L, tree.cpus().get(1).hardwareId());
        assertEquals(
                new Pl011Entry(0xeffe_c000L, 1, 115200),
                tree.arm().orElseThrow().pl011().orElseThrow());
        assertEquals(tree, BootTree.of(written));
    }

    @Test
    void stringsOfAnAarch64TreeComeInTheOrderOfTheShim() {
        Bytes blob =
                BootTree.of(Fdt.parse(GoldenSources.blob("aarch64-kernel"))).toFdt();
        Bytes strings = blob.slice(0x58, 0x400);
        String shown = strings.toUtf8().replace('\0', ' ').strip();
        assertTrue(
                shown.contains(" enable-method current-speed method cpu_off cpu_on #interrupt-cells"
                        + " #redistributor-regions redistributor-stride interrupt-controller phandle interrupt-names"
                        + " always-on bootargs linux,initrd-start linux,initrd-end isolation-type"
                        + " memory-allocation-mode"),
                shown);
    }

    @Test
    void anAarch64TreeNeedsItsDevices() {
        Bytes blob = GoldenSources.blob("aarch64-kernel");
        String text = Dts.decompile(Fdt.parse(blob));
        for (String gone : List.of("pmu {", "chosen {", "redistributor-stride =", "bootargs =")) {
            String without = text.replace(gone, gone.replaceFirst("^.", "x"));
            FormatException e =
                    assertThrows(FormatException.class, () -> BootTree.of(TestSources.compile(without)), gone);
            assertTrue(e.getMessage().contains("has no"), e.getMessage());
        }
    }

    @Test
    void damagedTreesAreReadOrRefused() {
        Bytes blob = GoldenSources.blob("aarch64-kernel");
        Mutations.allTruncations(blob, bytes -> BootTree.of(Fdt.parse(bytes)));
        Mutations.allBitFlips(blob, bytes -> BootTree.of(Fdt.parse(bytes)));
    }

    @Test
    void refusesATreeWithoutPersistedState() {
        FormatException e = assertThrows(
                FormatException.class,
                () -> BootTree.of(Fdt.parse(small(MemoryVtlType.VTL2_RAM).toFdt())));
        assertTrue(e.getMessage().contains("0 ranges of type 12"), e.getMessage());
    }

    private static BootTree small(MemoryVtlType second) {
        Optional<BootTree.HostMemory> host = Optional.of(new BootTree.HostMemory(1, 3));
        return new BootTree(
                4,
                List.of(new GpaRange(0x1000, 0x2000)),
                Optional.of(new BootTree.TimeSpan(1, 2)),
                Optional.empty(),
                false,
                List.of(new CpuEntry(4, 0), new CpuEntry(6, 1)),
                List.of(new BootTree.Vtl2Memory(new GpaRange(0x1000, 0x3000), 1)),
                new VmbusEntry(List.of(new GpaRange(0x10000, 0x20000)), 4),
                List.of(),
                TreeIsolation.NONE,
                MemoryAllocation.vtl2(OptionalLong.of(0x2000), OptionalLong.empty()),
                OptionalLong.of(1L << 45),
                List.of(
                        new BootTree.PartitionMemory(
                                new GpaRange(0x1000, 0x2000), MemoryVtlType.VTL2_PERSISTED_STATE_HEADER, host),
                        new BootTree.PartitionMemory(new GpaRange(0x2000, 0x3000), second, host),
                        new BootTree.PartitionMemory(
                                new GpaRange(0x10000, 0x20000), MemoryVtlType.VTL2_MMIO, Optional.empty())),
                List.of(new GpaRange(0x1000, 0x2000)),
                Optional.of(Bytes.fromHex("0011")),
                Optional.empty());
    }
}
