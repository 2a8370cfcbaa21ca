package dev.igvmtool.cli.coverage;

import dev.igvmtool.host.hostile.Lie;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Trees of the host that the shim refuses in S13. */
final class TreeRefusals {
    private static final String STEP = "S13";

    private TreeRefusals() {}

    static List<Scenario> scenarios() {
        return List.of(
                refuses("tree-absent", "S13 no-tree", "device tree")
                        .config(builder -> builder.deviceTree(false))
                        .expect(Expectation.logs(STEP, "[ERROR] host did not provide a device tree\n")),
                refuses("tree-bad-magic", "S13 invalid", "magic").plan("tree-bad-magic"),
                refuses("tree-truncated", "S13 invalid", "structure block does not end")
                        .plan("tree-truncated"),
                refuses("tree-old-version", "S13 invalid", "version").plan("tree-old-version"),
                tree("memory-without-node", "S13 missing-property", "numa-node-id", ram("reg = <0x70 0 0 0x1000>;")),
                tree(
                        "bus-without-cells",
                        "S13 missing-property",
                        "#address-cells",
                        bus("/delete-property/ #address-cells;")),
                tree(
                        "cells-too-wide",
                        "S13 bad-value",
                        "#address-cells is 3, expected at most 2",
                        "/ { cpus { #address-cells = <3>; }; };"),
                tree("bus-cells-odd", "S13 bad-value", "#size-cells is 1, expected 2", bus("#size-cells = <1>;")),
                tree(
                        "memory-unaligned",
                        "S13 unaligned-memory",
                        "not made of pages",
                        ram("reg = <0x70 0x10 0 0x1000>; numa-node-id = <0>;")),
                tree(
                        "memory-overlap",
                        "S13 overlapping-memory",
                        "overlap",
                        ram("reg = <0 0x1000 0 0x2000>; numa-node-id = <0>;")),
                refuses("processors-2049", "S13 processors", "too many enabled processors, expected at most 2048")
                        .lies(new Lie.TreeSource(processors(2049 - Scenario.VPS))),
                tree(
                        "memory-1025",
                        "S13 memory-entries",
                        "too many memory ranges, expected at most 1024",
                        ram(manyRanges(1024))),
                tree("mmio-three", "S13 mmio-ranges", "ranges", bus("ranges = " + mmio(3) + ";")),
                tree("bus-of-vtl1", "S13 vtl", "microsoft,vtl is 1", bus("microsoft,vtl = <1>;")),
                tree("bus-twice", "S13 duplicate-bus", "vmbus", bus("microsoft,vtl = <2>;")),
                tree("bus-translates", "S13 translation", "0x1000", bus("ranges = <0 0x1000 0 0x2000 0 0x1000>;")),
                tree(
                        "mmio-over-memory",
                        "S13 mmio-over-memory",
                        "overlaps memory",
                        bus("ranges = <0 0x1000000 0 0x1000000 0 0x1000000>;")),
                tree(
                        "mmio-over-mmio",
                        "S13 mmio-over-mmio",
                        "overlaps MMIO of VTL2",
                        bus("ranges = <0x10 0 0x10 0 0 0x1000>;")),
                tree(
                        "command-line-long",
                        "S13 command-line",
                        "bootargs has 8193 bytes, expected at most 8192",
                        "/ { chosen { bootargs = \"" + "x".repeat(8193) + "\"; }; };"),
                tree(
                        "allocation-unknown",
                        "S13 allocation-mode",
                        "memory-allocation-mode is \"guest\"",
                        "/ { openhcl { memory-allocation-mode = \"guest\"; }; };"));
    }

    private static Scenario refuses(String name, String row, String says) {
        return Scenario.ofAll(name).refuses(row, STEP, says);
    }

    private static Scenario tree(String name, String row, String says, String source) {
        return refuses(name, row, says).tree(source);
    }

    private static String ram(String properties) {
        return "/ { memory@7000000000 { device_type = \"memory\"; " + properties + " }; };";
    }

    private static String bus(String properties) {
        return "/ { bus { vmbus-vtl0@f8000000 { " + properties + " }; }; };";
    }

    private static String processors(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> String.format(
                        "c%x { reg = <%d>; numa-node-id = <0>; status = \"okay\"; };", i, Scenario.VPS + i))
                .collect(Collectors.joining(" ", "/ { cpus { ", " }; };"));
    }

    /** One node with a page every 8 KiB. */
    private static String manyRanges(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> String.format("0x70 0x%x 0 0x1000", i * 0x2000))
                .collect(Collectors.joining(" ", "reg = <", ">; numa-node-id = <0>;"));
    }

    private static String mmio(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> String.format("0xf 0x%1$x 0xf 0x%1$x 0 0x1000", i * 0x1_0000))
                .collect(Collectors.joining(" ", "<", ">"));
    }
}
