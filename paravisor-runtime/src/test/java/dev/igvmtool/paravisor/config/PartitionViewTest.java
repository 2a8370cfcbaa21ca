package dev.igvmtool.paravisor.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.shim.MemoryVtlType;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trees written by the real boot shim. */
class PartitionViewTest {
    @ParameterizedTest
    @ValueSource(strings = {"none-1vp", "none-4vp-dev", "none-16vp-2node", "none-64vp-4node", "mem-8g", "fixed-base"})
    void coversMemoryWithoutOverlap(String name) throws IOException {
        BootTree tree = tree(name);
        PartitionView view = PartitionView.of(tree);
        assertEquals(0, view.vtl0Ram().get(0).range().start());
        for (PartitionView.Ram ram : view.vtl0Ram()) {
            assertTrue(view.vtl2Ram().stream().noneMatch(ram.range()::overlaps), ram::toString);
        }
        for (GpaRange config : view.config()) {
            assertTrue(view.vtl2Ram().stream().anyMatch(ram -> ram.contains(config)), config::toString);
        }
        long all = tree.partition().stream()
                .filter(piece -> piece.host().isPresent())
                .mapToLong(piece -> piece.range().size())
                .sum();
        long vtl2 = view.vtl2Ram().stream().mapToLong(GpaRange::size).sum();
        assertEquals(all, view.vtl0RamBytes() + vtl2);
        assertEquals(1, view.bootLog().size());
        assertTrue(view.lowMmio().size() > 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"vbs-release", "vbs-larger", "snp-release", "tdx-release"})
    void poolIsTheTopOfTheMemoryOfVtl0(String name) throws IOException {
        BootTree tree = tree(name);
        PartitionView view = PartitionView.of(tree);
        long pages =
                new IsolationRules(tree.isolation()).sharedPoolPages(tree.cpus().size());
        GpaRange last = view.sharedPool().get(view.sharedPool().size() - 1);
        assertEquals(
                pages * 4096,
                view.sharedPool().stream().mapToLong(GpaRange::size).sum());
        assertEquals(
                tree.partition().stream()
                        .filter(piece -> piece.type() == MemoryVtlType.VTL0)
                        .mapToLong(piece -> piece.range().end())
                        .max()
                        .orElseThrow(),
                last.end());
        for (PartitionView.Ram ram : view.vtl0Ram()) {
            assertTrue(view.sharedPool().stream().noneMatch(ram.range()::overlaps), ram::toString);
        }
    }

    private static BootTree tree(String name) throws IOException {
        byte[] blob = Files.readAllBytes(SharedTestData.require("handoff/cases/" + name + "/expected/kernel-tree.dtb"));
        return BootTree.of(Fdt.parse(Bytes.wrap(blob)));
    }
}
