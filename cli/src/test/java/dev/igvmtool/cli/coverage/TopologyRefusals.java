package dev.igvmtool.cli.coverage;

import static dev.igvmtool.machine.partition.Isolation.NONE;
import static dev.igvmtool.machine.partition.Isolation.VBS;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.paravisor.ImportedRegion;
import dev.igvmtool.host.config.Mmio;
import dev.igvmtool.host.config.RamRange;
import dev.igvmtool.host.config.VmConfigBuilder;
import dev.igvmtool.host.config.Vtl2Base;
import dev.igvmtool.host.hostile.Lie;
import dev.igvmtool.machine.partition.HostConduct;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Memory, MMIO and processors that the shim cannot work with: S16a to S22, but for servicing. */
final class TopologyRefusals {
    private static final long MIB = 1 << 20;
    private static final GpaRange LOW = GpaRange.ofSize(0xf800_0000L, 0x800_0000L);
    private static final String WITHOUT_BUS = "/ { bus { /delete-node/ %s; }; };";

    private TopologyRefusals() {}

    static List<Scenario> scenarios() {
        List<Scenario> all = new ArrayList<>(ofMemory());
        all.addAll(ofMmio());
        all.addAll(ofImage());
        all.addAll(ofProcessors());
        return all;
    }

    private static List<Scenario> ofMemory() {
        return List.of(
                refuses("memory-tiny", "S16a below-measured", "0x1000000 bytes of VTL2 memory, the image requires")
                        .config(builder -> selects(builder, 16 * MIB)),
                refuses("memory-huge", "S16a node", "node 0 has too little memory for VTL2")
                        .config(builder -> selects(builder, 1024 * MIB)),
                refuses("image-not-in-memory", "S16a image-range", "of the image is not memory of the host")
                        .config(builder -> selects(builder, 300 * MIB))
                        .tree(ram(List.of(GpaRange.ofSize(0, MIB)))),
                refuses("launch-not-in-memory", "S16a launch-range", "is not memory of the host")
                        .patch(guest -> SharedRegions.list(guest, regions -> with(regions, 0x10_0000_0000L, 1)))
                        .config(builder -> selects(builder, 300 * MIB)),
                refuses("launch-half-inside", "S16a launch-half", "lies only partly in the image's range")
                        .patch(guest -> SharedRegions.list(
                                guest,
                                regions -> with(
                                        regions, SharedRegions.memory(guest).end() - Guest.PAGE, 2)))
                        .config(builder -> selects(builder, 300 * MIB)),
                refuses("selected-in-pieces", "S16a ranges", "the list holds 64")
                        .config((builder, guest) ->
                                selects(builder, SharedRegions.memory(guest).size() + 64 * 0x8000))
                        .tree(ram(manyPieces())),
                Scenario.of("given-in-pieces", NONE, VBS)
                        .config((builder, guest) -> builder.vtl2ProtectableOverride(pieces(guest)))
                        .refuses("S16a ranges", "S16a", "memory of VTL2 has 65 ranges, the list holds 64"));
    }

    private static Scenario refuses(String name, String row, String says) {
        return Scenario.ofAll(name).refuses(row, "S16a", says);
    }

    private static void selects(VmConfigBuilder builder, long size) {
        builder.memory(1024 * MIB)
                .vtl2Base(new Vtl2Base.Vtl2Allocate(OptionalLong.of(size), Vtl2Base.Vtl2Allocate.DEFAULT_MMIO_SIZE));
    }

    private static List<ImportedRegion> with(List<ImportedRegion> regions, long gpa, long pages) {
        List<ImportedRegion> all = new ArrayList<>(regions);
        all.add(ImportedRegion.of(gpa / Guest.PAGE, pages, true));
        return all;
    }

    /** All memory in one node of the tree, whatever there is. */
    private static String ram(List<GpaRange> ranges) {
        String cells = ranges.stream()
                .map(range -> String.format(
                        "0x%x 0x%x 0x%x 0x%x",
                        range.start() >>> 32,
                        range.start() & 0xffff_ffffL,
                        range.size() >>> 32,
                        range.size() & 0xffff_ffffL))
                .collect(Collectors.joining(" "));
        return "/ { /delete-node/ memory@0; memory@1 { device_type = \"memory\"; reg = <" + cells
                + ">; numa-node-id = <0>; }; };";
    }

    /** All of RAM, and pieces above it, which are taken first. */
    private static List<GpaRange> manyPieces() {
        List<GpaRange> pieces = new ArrayList<>(List.of(new GpaRange(0, 1024 * MIB)));
        IntStream.range(0, 64).forEach(i -> pieces.add(GpaRange.ofSize(0x70_0000_0000L + i * 0x1_0000L, 0x8000)));
        return pieces;
    }

    /** Pieces of what the image requires. */
    private static List<GpaRange> pieces(Guest guest) {
        long start = SharedRegions.memory(guest).start();
        return IntStream.range(0, 65)
                .mapToObj(i -> GpaRange.ofSize(start + i * 0x2_0000L, 0x1_0000))
                .toList();
    }

    private static List<Scenario> ofMmio() {
        return List.of(
                mmio("no-bus-of-vtl2", "S16a no-bus-vtl2", "no vmbus node for VTL2")
                        .tree(String.format(WITHOUT_BUS, "vmbus-vtl2@1000000000")),
                mmio("no-bus-of-vtl0", "S16a no-bus-vtl0", "no vmbus node for VTL0")
                        .tree(String.format(WITHOUT_BUS, "vmbus-vtl0@f8000000")),
                refuses(
                                "mmio-too-little",
                                "S16a mmio",
                                "gives VTL2 0x40000000 bytes of MMIO, but asks it to have 0x80000000")
                        .config(builder -> builder.memory(1024 * MIB)
                                .vtl2Base(new Vtl2Base.Vtl2Allocate(OptionalLong.of(300 * MIB), 2048 * MIB))),
                mmio("mmio-low-only", "S16a no-high-mmio", "VTL0 has no high MMIO range")
                        .config(builder -> builder.mmio(
                                new Mmio(Optional.of(LOW), Optional.empty(), Optional.empty(), Optional.empty()))),
                mmio("mmio-exactly-taken", "S16a carving", "expected 2 ranges")
                        .config(builder -> builder.mmio(new Mmio(
                                Optional.of(LOW),
                                Optional.of(GpaRange.ofSize(0x10_0000_0000L, 128 * MIB)),
                                Optional.empty(),
                                Optional.empty()))));
    }

    private static Scenario mmio(String name, String row, String says) {
        return refuses(name, row, says).config(builder -> selects(builder, 300 * MIB));
    }

    private static List<Scenario> ofImage() {
        return List.of(
                Scenario.ofAll("used-too-small")
                        .param("usedEnd", guest -> guest.params().logBufferStart())
                        .refuses("S17 reserved", "S17", "is outside what the image uses"),
                Scenario.ofAll("used-too-large")
                        .param(
                                "usedEnd",
                                guest -> guest.params().memoryStartOffset()
                                        + guest.params().memorySize()
                                        + Guest.PAGE)
                        .refuses("S17 used", "S17", "is in use but is not memory of VTL2"),
                Scenario.of("pool-of-one-page", NONE)
                        .config((builder, guest) -> onTwoNodes(builder, guest)
                                .commandLine("OPENHCL_ENABLE_VTL2_GPA_POOL=1 OPENHCL_VTL2_GPA_POOL_NUMA=split"))
                        .refuses("S18 split", "S18", "cannot be split over 2 nodes"),
                Scenario.of("pool-too-large", NONE)
                        .config(builder -> builder.commandLine("OPENHCL_ENABLE_VTL2_GPA_POOL=1000000"))
                        .refuses("S18 place", "S18", "node 0 has no room for 0xf4240000 bytes"));
    }

    /** VTL2 has what the image requires, and 64 MiB on another node. */
    private static VmConfigBuilder onTwoNodes(VmConfigBuilder builder, Guest guest) {
        GpaRange second = GpaRange.ofSize(512 * MIB, 64 * MIB);
        return builder.ram(List.of(new RamRange(new GpaRange(0, second.start()), 0), new RamRange(second, 1)))
                .vtl2ProtectableOverride(List.of(SharedRegions.memory(guest), second));
    }

    private static List<Scenario> ofProcessors() {
        return List.of(
                Scenario.ofAll("no-processors")
                        .plan("no-processors")
                        .refuses("S21 no-processor", "S21", "no enabled processor"),
                Scenario.of("capabilities-refused", NONE, VBS)
                        .plan("capabilities-refused")
                        .refuses("S21 capabilities", "S21", "VSM capabilities: access denied"),
                Scenario.of("translation-refused", NONE, VBS)
                        .lies(new Lie.Hypercall(
                                0x9a,
                                Lie.EVERY_CALL,
                                new HostConduct.HypercallAnswer(
                                        OptionalInt.of(5), OptionalInt.empty(), Optional.empty())))
                        .refuses("S22 refused", "S22", "the hypervisor does not translate ids of processors"),
                Scenario.of("processor-order-forged", NONE, VBS)
                        .plan("processor-order-forged")
                        .refuses("S22 order", "S22", "VP 7 to the hypervisor, expected VP 0"));
    }
}
