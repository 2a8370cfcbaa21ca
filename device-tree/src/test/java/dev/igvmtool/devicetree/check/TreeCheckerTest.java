package dev.igvmtool.devicetree.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.FdtBuilder;
import dev.igvmtool.devicetree.FdtWriter;
import dev.igvmtool.devicetree.GoldenFiles;
import dev.igvmtool.devicetree.GoldenSources;
import dev.igvmtool.devicetree.TestSources;
import dev.igvmtool.devicetree.check.TreeFinding.Severity;
import dev.igvmtool.devicetree.lint.Levels;
import dev.igvmtool.devicetree.source.Dts;
import dev.igvmtool.testing.Mutations;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
                            TreeChecker.Report report = check(GoldenFiles.read(file), Optional.empty());
                            assertEquals(TreeKind.KERNEL, report.kind());
                            assertEquals(List.of(), errors(report));
                        }));
    }

    @Test
    void hostTreesThatBootAreGood() {
        int seen = 0;
        for (Path folder : GoldenFiles.cases()) {
            if (Files.exists(folder.resolve("expected/kernel-tree.dtb"))) {
                TreeChecker.Report report = check(GoldenFiles.read(folder.resolve("host-tree.dtb")), Optional.empty());
                assertEquals(TreeKind.HOST, report.kind());
                assertEquals(List.of(), errors(report), folder.toString());
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
        // As dtc: an error ends the checks.
        assertEquals(
                List.of("error duplicate_node_names /b: node is there twice"),
                errors(check(twice.build(0), Optional.of(TreeKind.OTHER))).stream()
                        .map(TreeFinding::line)
                        .toList());
        assertEquals(
                List.of(
                        "warning required-property /: root node has no property #address-cells",
                        "warning required-property /: root node has no property #size-cells",
                        "warning required-property /: root node has no property model",
                        "warning required-property /: root node has no property compatible",
                        "warning required-node /: no node memory",
                        "warning reg_format /a@0:reg: value has 4 bytes, expected entries of 2 + 1 cells",
                        "warning pci_device_reg: not made, as check reg_format did not pass",
                        "warning pci_device_bus_num: not made, as check reg_format did not pass",
                        "warning simple_bus_reg: not made, as check reg_format did not pass",
                        "warning i2c_bus_reg: not made, as check reg_format did not pass",
                        "warning spi_bus_reg: not made, as check reg_format did not pass",
                        "warning avoid_default_addr_size /a@0: address relies on the default of #address-cells of the"
                                + " node above",
                        "warning avoid_default_addr_size /a@0: size relies on the default of #size-cells of the node"
                                + " above",
                        "warning avoid_unnecessary_addr_size: not made, as check avoid_default_addr_size did not pass",
                        "warning unique_unit_address: not made, as check avoid_default_addr_size did not pass"),
                lines("/ { a@0 { reg = <0>; }; };", TreeKind.OTHER));
    }

    @Test
    void namesWhatIsWrongInTheLayout() {
        Bytes good = new FdtBuilder(0x1000, List.of(new GpaRange(0x1000, 0x3000)))
                .startNode("")
                .endNode()
                .build(0);
        assertEquals(List.of(), blobLines(good));
        assertEquals(
                List.of("warning blob-size: total size is 0x458, 0x45c bytes are there"),
                blobLines(good.paddedTo(good.size() + 4)));
        assertEquals(
                List.of("error blob-version: version is 16, compatible down to 16; expected 17 and 16"),
                blobLines(with(good, 0x14, 16)));
        assertEquals(
                List.of("error blob-overlap: strings block at 0x30 begins before the end of the memory reservation"
                        + " block at 0x48"),
                blobLines(with(with(good, 0x0c, 0x30), 0x20, 1)));
        assertEquals(
                List.of("error blob-reservation: memory reservation of 0xffffffff00002000 bytes at 0x1000000001000"
                        + " wraps"),
                blobLines(with(with(good, 0x28, 0x10000), 0x30, -1)));
        assertEquals(
                List.of("error blob-structure: structure block does not end with the END token, in device tree"),
                blobLines(with(good, 0x24, 12)));
    }

    private static Bytes with(Bytes blob, int offset, int value) {
        byte[] changed = blob.toByteArray();
        ByteBuffer.wrap(changed).putInt(offset, value);
        return Bytes.wrap(changed);
    }

    private static List<String> blobLines(Bytes blob) {
        return check(blob, Optional.of(TreeKind.OTHER)).findings().stream()
                .filter(finding -> finding.rule().startsWith("blob"))
                .map(TreeFinding::line)
                .toList();
    }

    @Test
    void levelsOfChecksCanChange() {
        Bytes blob = FdtWriter.write(TestSources.compile("/dts-v1/; / { a@0 { }; };"));
        Levels levels = new Levels().error("unit_address_vs_reg").warn("always_fail");
        assertEquals(
                List.of("error unit_address_vs_reg /a@0: node with a unit address has neither reg nor ranges"),
                errors(TreeChecker.check(blob, Optional.of(TreeKind.OTHER), levels)).stream()
                        .map(TreeFinding::line)
                        .toList());
        assertThrows(FormatException.class, () -> new Levels().warn("no-such"));
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
                errorLines(
                        "/ { " + OPENHCL + "memory@0 { }; memory@1 { openhcl,memory-type = <5>; reg = <0 0>; };"
                                + " memory@2 { openhcl,memory-type = <1>; reg = <0 0 0 0>; }; }; };",
                        TreeKind.KERNEL));
    }

    @Test
    void saysWhatTheShimRefuses() {
        assertEquals(
                List.of("error host-contract /: memory-allocation-mode is \"x\", expected \"host\" or \"vtl2\","
                        + " in node openhcl, in host device tree"),
                errorLines("/ { openhcl { memory-allocation-mode = \"x\"; }; };", TreeKind.HOST));
    }

    @Test
    void treesOfAnAarch64MachineAreGood() {
        TreeChecker.Report kernel = check(GoldenSources.blob("aarch64-kernel"), Optional.empty());
        assertEquals(TreeKind.KERNEL, kernel.kind());
        assertEquals(List.of(), errors(kernel));
        TreeChecker.Report host = check(GoldenSources.blob("aarch64-host"), Optional.empty());
        assertEquals(TreeKind.HOST, host.kind());
        assertEquals(List.of(), errors(host));
    }

    @Test
    void namesWhatIsWrongInTreesOfAnAarch64Machine() {
        String kernel = Dts.decompile(Fdt.parse(GoldenSources.blob("aarch64-kernel")));
        assertEquals(
                List.of("error kernel-contract /: node / has no child pmu, in boot device tree"),
                errorLines(kernel.replace("pmu {", "pm {"), TreeKind.KERNEL));
        String host = Dts.decompile(Fdt.parse(GoldenSources.blob("aarch64-host")));
        assertEquals(
                List.of("error host-gic /: redistributors of the GIC has 0x60000 bytes, expected 0x40000"),
                errorLines(host.replace("0xeffee000 0x00 0x40000", "0xeffee000 0x00 0x60000"), TreeKind.HOST));
        assertEquals(
                List.of("error host-gic /: stride of redistributors of the GIC has 0x10000 bytes, expected 0x20000"),
                errorLines(
                        host.replace("redistributor-stride = <0x00 0x20000>", "redistributor-stride = <0x00 0x10000>"),
                        TreeKind.HOST));
        assertEquals(
                List.of(
                        "error host-contract /: #interrupt-cells is 2, expected 3, in node intc@ffff0000, in host device"
                                + " tree"),
                errorLines(host.replace("#interrupt-cells = <0x03>", "#interrupt-cells = <0x02>"), TreeKind.HOST));
    }

    @Test
    void damagedTreesAreCheckedOrRefused() {
        for (String name : List.of("base-symbols", "aarch64-host")) {
            Bytes blob = GoldenSources.blob(name);
            Mutations.allTruncations(blob, TreeCheckerTest::checkAll);
            Mutations.bitFlips(blob, name.equals("base-symbols") ? 1 : 5, TreeCheckerTest::checkAll);
        }
    }

    private static void checkAll(Bytes blob) {
        for (TreeKind kind : TreeKind.values()) {
            check(blob, Optional.of(kind));
        }
    }

    private static TreeChecker.Report check(Bytes blob, Optional<TreeKind> kind) {
        return TreeChecker.check(blob, kind, new Levels());
    }

    private static List<TreeFinding> errors(TreeChecker.Report report) {
        return report.findings().stream()
                .filter(finding -> finding.severity() == Severity.ERROR)
                .toList();
    }

    private static List<String> errorLines(String text, TreeKind kind) {
        return lines(text, kind).stream()
                .filter(line -> line.startsWith("error"))
                .toList();
    }

    private static List<String> lines(String text, TreeKind kind) {
        String source = text.startsWith("/dts-v1/") ? text : "/dts-v1/; " + text;
        Bytes blob = FdtWriter.write(TestSources.compile(source));
        return check(blob, Optional.of(kind)).findings().stream()
                .map(TreeFinding::line)
                .toList();
    }
}
