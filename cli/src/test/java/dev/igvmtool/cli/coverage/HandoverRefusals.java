package dev.igvmtool.cli.coverage;

import static dev.igvmtool.machine.partition.Isolation.NONE;
import static dev.igvmtool.machine.partition.Isolation.SNP;
import static dev.igvmtool.machine.partition.Isolation.TDX;
import static dev.igvmtool.machine.partition.Isolation.VBS;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.paravisor.ImportedRegion;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.host.hostile.Lie;
import dev.igvmtool.machine.partition.HostConduct;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What ends the boot once memory is there: from the sidecar to the kernel's tree. */
final class HandoverRefusals {
    /** Processors for which, with many ranges of memory, the kernel's tree has no room. */
    private static final int MANY = 1500;

    private static final long LARGE_PAGE = PageTableEntry.PRESENT
            | PageTableEntry.WRITABLE
            | PageTableEntry.ACCESSED
            | PageTableEntry.DIRTY
            | PageTableEntry.LARGE;
    private static final int ACCESS_DENIED = 6;
    private static final String ELSEWHERE = "/ { /delete-node/ memory@0;"
            + " memory@1 { device_type = \"memory\"; reg = <0x70 0 0 0x40000000>; numa-node-id = <0>; }; };";
    private static final String CRC = "CRC-32 of the initrd is 0x";

    private HandoverRefusals() {}

    static List<Scenario> scenarios() {
        return List.of(
                Scenario.of("sidecar-fails", NONE)
                        .lies(new Lie.Hypercall(
                                0x50,
                                3,
                                new HostConduct.HypercallAnswer(
                                        OptionalInt.of(ACCESS_DENIED), OptionalInt.empty(), Optional.empty())))
                        .refuses(
                                "C01 false",
                                "S34",
                                "the sidecar does not start: failed to get the VSM code page offsets"),
                Scenario.ofAll("initrd-of-another-image")
                        .param("initrdCrc", 0x1234_5678)
                        .refuses("S37 crc", "S37", "the image says 0x12345678")
                        .refuses("S37", "S37", CRC),
                Scenario.of("initrd-damaged", NONE, VBS)
                        .config(builder -> builder.corruptInitrd(true))
                        .refuses("S37 crc", "S37", CRC),
                GoodBoots.debuggable(Scenario.ofAll("initrd-details"))
                        .param("initrdCrc", 0x1234_5678)
                        .expect(Expectation.logs("S37", "[ERROR] crc of each eighth of the initrd: ")
                                .of("S37 details"))
                        .refuses("S37 details", "S37", CRC),
                ServicingRefusals.restart("pool-in-400-pieces", state -> ServicingRefusals.poolInPieces(state, 400))
                        .refuses("S38 entries", "S38", "zero page and extension hold 640"),
                region(Scenario.of("region-outside", NONE))
                        .refuses("S40 region", "S40", "is outside the memory of VTL2 and was not accepted")
                        .refuses("S40", "S40", "is outside the memory of VTL2 and was not accepted"),
                region(Scenario.of("region-outside", SNP, TDX))
                        .patch(HandoverRefusals::mapFirst)
                        .refuses("S40 region", "S40", "is outside the memory of VTL2 and was not accepted")
                        .refuses("S40", "S40", "is outside the memory of VTL2 and was not accepted"),
                region(Scenario.of("region-outside", VBS))
                        .patch(HandoverRefusals::mapFirst)
                        .patch(HandoverRefusals::emptied)
                        .refuses("S40 region", "S40", "is outside the memory of VTL2 and was not accepted")
                        .refuses("S40", "S40", "is outside the memory of VTL2 and was not accepted"),
                Scenario.ofAll("memory-elsewhere")
                        .config(builder -> builder.vtl2ProtectableOverride(List.of()))
                        .tree(ELSEWHERE)
                        .refuses("S41 host-memory", "S41", "is not memory of the host"),
                ServicingRefusals.restart("pool-in-140-pieces", state -> ServicingRefusals.poolInPieces(state, 140))
                        .refuses("S41 reserved", "S41", "reserved ranges, the list holds 134"),
                Scenario.ofAll("tree-too-large")
                        .config(builder -> builder.vpCount(MANY).commandLine("OPENHCL_SIDECAR=off"))
                        .tree(large())
                        .refuses("S41 space", "S41", "device tree needs more than the 0x3fff0 bytes of its buffer"),
                Scenario.ofAll("stack-overrun")
                        .stray("S41", guest -> guest.memory().writeU32(guest.at(Places.STACK), 0))
                        .refuses("S42 cookie", "S42", "the stack has grown over its end")
                        .refuses("S42", "S42", "the stack has grown over its end"));
    }

    /** A region that the image loads for VTL0 is shared: only VTL2's own may be. */
    private static Scenario region(Scenario scenario) {
        return scenario.shares(HandoverRefusals::isFirstOfVtl0);
    }

    /** The image's tables map the first 2 MiB, so that what is there can be converted. */
    private static Map<Long, Bytes> mapFirst(Guest guest) {
        long second = guest.entryOf(0x20_0000);
        long map = guest.memory().readU64(second) & ~0x20_0000L | LARGE_PAGE;
        return Map.of(second - Long.BYTES, new ByteWriter().u64(map).toBytes());
    }

    /** The list of an image whose maker saw zeros there, as the region is once it is accepted. */
    private static Map<Long, Bytes> emptied(Guest guest) {
        return SharedRegions.zeroHash(guest, region -> isFirstOfVtl0(guest, region));
    }

    private static boolean isFirstOfVtl0(Guest guest, ImportedRegion region) {
        ImportedRegion first = SharedRegions.of(guest).regions().stream()
                .filter(other -> !SharedRegions.ofVtl2(guest, other))
                .findFirst()
                .orElseThrow();
        return first.equals(region);
    }

    /** Ranges that are one property in the host's tree, and a node each in the kernel's. */
    private static String large() {
        String ranges = IntStream.range(0, 1000)
                .mapToObj(i -> String.format("0x70 0x%x 0 0x1000", i * 0x2000))
                .collect(Collectors.joining(" "));
        return "/ { memory@7000000000 { device_type = \"memory\"; reg = <" + ranges + ">; numa-node-id = <0>; }; };";
    }
}
