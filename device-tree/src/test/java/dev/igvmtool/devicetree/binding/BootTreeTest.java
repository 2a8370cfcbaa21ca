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
                Optional.of(Bytes.fromHex("0011")));
    }
}
