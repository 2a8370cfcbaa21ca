package dev.igvmtool.devicetree.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.FdtBuilder;
import dev.igvmtool.devicetree.GoldenFiles;
import dev.igvmtool.devicetree.GoldenSources;
import dev.igvmtool.devicetree.check.TreeFinding.Severity;
import dev.igvmtool.devicetree.source.DtsCompiler;
import dev.igvmtool.devicetree.source.SourceFiles;
import dev.igvmtool.testing.Mutations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class TreeCheckerTest {
    private static final String OPENHCL = "openhcl { isolation-type = \"none\"; memory-allocation-mode = \"host\"; ";

    @TestFactory
    Stream<DynamicTest> kernelTreesOfTheRealShimAreGood() {
        return GoldenFiles.cases().stream()
                .map(folder -> folder.resolve("expected/kernel-tree.dtb"))
                .filter(Files::exists)
                .map(file -> DynamicTest.dynamicTest(
                        file.getName(file.getNameCount() - 3).toString(), () -> {
                            Fdt tree = Fdt.parse(GoldenFiles.read(file));
                            assertEquals(TreeKind.KERNEL, TreeKind.of(tree));
                            assertEquals(List.of(), errors(tree));
                        }));
    }

    @Test
    void hostTreesThatBootAreGood() {
        int seen = 0;
        for (Path folder : GoldenFiles.cases()) {
            if (Files.exists(folder.resolve("expected/kernel-tree.dtb"))) {
                Fdt tree = Fdt.parse(GoldenFiles.read(folder.resolve("host-tree.dtb")));
                assertEquals(TreeKind.HOST, TreeKind.of(tree));
                assertEquals(List.of(), errors(tree), folder.toString());
                seen++;
            }
        }
        assertTrue(seen > 40, seen + " trees");
    }

    @Test
    void namesWhatIsWrongInAnyTree() {
        FdtBuilder twice = new FdtBuilder(0x1000, List.of());
        FdtBuilder.Name phandle = twice.addString("phandle");
        twice.startNode("").startNode("a").u32(phandle, 1).endNode();
        twice.startNode("b")
                .u32(phandle, 1)
                .u32(phandle, 1)
                .endNode()
                .startNode("b")
                .endNode()
                .endNode();
        assertEquals(
                List.of(
                        "warning node-twice /: node b is there twice",
                        "error property-twice /b: property phandle is there twice",
                        "error phandle /b: phandle 0x1 is already that of /a"),
                TreeChecker.check(Fdt.parse(twice.build(0)), TreeKind.OTHER).stream()
                        .map(TreeFinding::line)
                        .toList());
        assertEquals(
                List.of("warning reg-cells /a@0: reg has 4 bytes, expected entries of 2 + 1 cells"),
                lines("/ { a@0 { reg = <0>; }; };", TreeKind.OTHER));
    }

    @Test
    void namesEachWrongPieceOfMemory() {
        assertEquals(
                List.of(
                        "error kernel-memory /openhcl/memory@0: node memory@0 has no property openhcl,memory-type",
                        "error kernel-memory /openhcl/memory@1: reg has 1 values of 64 bits, expected 2",
                        "error kernel-memory /openhcl/memory@2: node memory@2 has no property numa-node-id",
                        "error kernel-memory-types /openhcl: 0 ranges of type 11 (VTL2_PERSISTED_STATE_HEADER), expected"
                                + " exactly 1",
                        "error kernel-memory-types /openhcl: 0 ranges of type 12 (VTL2_PERSISTED_STATE_PROTOBUF),"
                                + " expected exactly 1"),
                lines(
                        "/ { " + OPENHCL + "memory@0 { }; memory@1 { openhcl,memory-type = <5>; reg = <0 0>; };"
                                + " memory@2 { openhcl,memory-type = <1>; reg = <0 0 0 0>; }; }; };",
                        TreeKind.KERNEL));
    }

    @Test
    void saysWhatTheShimRefuses() {
        assertEquals(
                List.of("error host-contract /: memory-allocation-mode is \"x\", expected \"host\" or \"vtl2\","
                        + " in node openhcl, in host device tree"),
                lines("/ { openhcl { memory-allocation-mode = \"x\"; }; };", TreeKind.HOST));
    }

    @Test
    void damagedTreesAreCheckedOrRefused() {
        Bytes blob = GoldenSources.blob("base-symbols");
        Mutations.allTruncations(blob, TreeCheckerTest::checkAll);
        Mutations.allBitFlips(blob, TreeCheckerTest::checkAll);
    }

    private static void checkAll(Bytes blob) {
        Fdt tree = Fdt.parse(blob);
        for (TreeKind kind : TreeKind.values()) {
            TreeChecker.check(tree, kind);
        }
    }

    private static List<TreeFinding> errors(Fdt tree) {
        return TreeChecker.check(tree, TreeKind.of(tree)).stream()
                .filter(finding -> finding.severity() == Severity.ERROR)
                .toList();
    }

    private static List<String> lines(String text, TreeKind kind) {
        Fdt tree = new DtsCompiler(SourceFiles.NONE).compile("x.dts", Bytes.utf8("/dts-v1/; " + text));
        return TreeChecker.check(tree, kind).stream().map(TreeFinding::line).toList();
    }
}
