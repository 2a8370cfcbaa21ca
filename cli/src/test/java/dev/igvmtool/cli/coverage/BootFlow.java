package dev.igvmtool.cli.coverage;

import static dev.igvmtool.cli.coverage.Row.condition;
import static dev.igvmtool.cli.coverage.Row.event;
import static dev.igvmtool.machine.partition.Isolation.NONE;
import static dev.igvmtool.machine.partition.Isolation.SNP;
import static dev.igvmtool.machine.partition.Isolation.TDX;
import static dev.igvmtool.machine.partition.Isolation.VBS;

import dev.igvmtool.machine.partition.Isolation;
import java.util.List;
import java.util.stream.Stream;

/** The events and the fatal conditions of the boot flow on x64, in its order. */
final class BootFlow {
    private static final Isolation[] ALL = Isolation.values();
    private static final Isolation[] ISOLATED = {VBS, SNP, TDX};
    private static final Isolation[] HARDWARE = {SNP, TDX};
    private static final Isolation[] SOFTWARE = {NONE, VBS};
    private static final Isolation[] ALL_BUT_TDX = {NONE, VBS, SNP};
    private static final Isolation[] ALL_BUT_VBS = {NONE, SNP, TDX};
    private static final Isolation[] ALL_BUT_SNP = {NONE, VBS, TDX};

    private static final String FIRST_BOOT = "an isolated guest has no persisted state: every boot is a first one";
    private static final String NO_HYPERCALLS = "the shim makes no call of this kind under SNP and TDX";
    private static final String ARM = "AArch64 only";
    private static final String LOGGING =
            "only in builds of the shim that log under SNP and TDX, which are not modelled";
    private static final String NO_PROTECTION = "only VBS has protections of VTLs that the shim sets";
    private static final String NOTHING_TO_ACCEPT = "without isolation all memory is the guest's from the start";
    private static final String LOCAL_MAP = "only SNP and TDX need another view of a page";
    private static final String OTHER_PROCESSORS = "only in a TD the shim prepares and starts other processors";
    private static final String POOL = "an isolated guest has no private pool";
    private static final String SIDECAR = "an isolated guest has no sidecar";
    private static final String NO_MANY_RESERVED =
            "without private pool, sidecar and persisted state there are never more than eight reserved ranges";
    private static final String NO_MANY_ENTRIES =
            "without private pool, sidecar and persisted state there are never more than 64 ranges with eight holes";

    private BootFlow() {}

    static List<Row> rows() {
        return Stream.of(
                        host(),
                        shimStart(),
                        topology(),
                        isolation(),
                        handover(),
                        kernelAndUser(),
                        ofTree(),
                        ofInputs(),
                        ofTopology(),
                        ofIsolation(),
                        ofHandover())
                .flatMap(List::stream)
                .toList();
    }

    private static List<Row> host() {
        return List.of(
                event("H01", "choose platform header, mask, highest VTL"),
                event("H02", "collect policy, save areas and ID block")
                        .not("no save areas or policies are launched", ALL_BUT_SNP),
                event("H03", "decide where VTL2 goes"),
                event("H04", "check required memory"),
                event("H05", "import pages"),
                event("H06", "fill parameters"),
                event("H07", "insert parameter areas"),
                event("H08", "set up the boot processor's registers"),
                event("H09", "rebuild relocated page tables")
                        .not("the builder makes images for isolated guests that stay where they are", ISOLATED),
                event("H10", "start the boot processor in VTL2"));
    }

    private static List<Row> shimStart() {
        return List.of(
                event("S01", "zero the bss"),
                event("S02", "stack and cookie"),
                event("S03", "CPU bits"),
                event("S04", "relocations"),
                event("S05", "decode parameters"),
                event("S06", "allow panic text").not("the host of an isolated guest gets no text", ISOLATED),
                event("S07", "set up the GHCB").not(LOGGING, ALL),
                event("S08", "open the log"),
                event("S09", "start time").not("an SNP guest has no clock that it trusts", SNP),
                event("S10", "enable hypercalls").not(NO_HYPERCALLS, HARDWARE),
                event("S11", "read the active VTL").not(NO_HYPERCALLS, HARDWARE),
                event("S12", "parse measured options"));
    }

    private static List<Row> topology() {
        return List.of(
                event("S13", "parse the host's tree"),
                event("S14", "compose the command line"),
                event("S15", "look for persisted state"),
                event("S16a", "choose memory and MMIO on a first boot"),
                event("S16b", "restore memory and MMIO after servicing").not(FIRST_BOOT, ISOLATED),
                event("S17", "build the address space"),
                event("S18", "allocate the private pool").not(POOL, ISOLATED),
                event("S19", "keep processors from the sidecar after servicing").not(FIRST_BOOT, ISOLATED),
                event("S20", "start serial output"),
                event("S21", "settle the alias map").not(NO_HYPERCALLS, HARDWARE),
                event("S22", "check VP indexes").not(NO_HYPERCALLS, HARDWARE));
    }

    private static List<Row> isolation() {
        return List.of(
                event("S23", "enable VTL protection").not(NO_PROTECTION, ALL_BUT_VBS),
                event("S24", "protect accepted pages").not(NO_PROTECTION, ALL_BUT_VBS),
                event("S25", "open the local map").not(LOCAL_MAP, SOFTWARE),
                event("S26", "accept the rest of VTL2's memory").not(NOTHING_TO_ACCEPT, NONE),
                event("S27", "accept the bounce buffer").not(LOCAL_MAP, SOFTWARE),
                event("S28", "convert shared regions").not(NOTHING_TO_ACCEPT, NONE),
                event("S29", "page tables and trampoline of other processors").not(OTHER_PROCESSORS, ALL_BUT_TDX),
                event("S30", "share pages for hypercalls").not(OTHER_PROCESSORS, ALL_BUT_TDX),
                event("S31", "start other processors").not(OTHER_PROCESSORS, ALL_BUT_TDX),
                event("S32", "check the hash of shared regions").not(NOTHING_TO_ACCEPT, NONE),
                event("S33", "plan the sidecar").not(SIDECAR, ISOLATED),
                event("C01", "the sidecar runs").not(SIDECAR, ISOLATED),
                event("S34", "take the sidecar's result").not(SIDECAR, ISOLATED));
    }

    private static List<Row> handover() {
        return List.of(
                event("S35", "compose the kernel's command line"),
                event("S36", "prepare setup data"),
                event("S37", "check the initrd"),
                event("S38", "write zero page and memory map"),
                event("S39", "end time").not("an SNP guest has no clock that it trusts", SNP),
                event("S40", "check imported regions"),
                event("S41", "write the kernel's tree"),
                event("S42", "check the stack cookie"),
                event("S43", "disable hypercalls"),
                event("S44", "take down the GHCB").not(LOGGING, ALL),
                event("S45", "switch off the MMU").not(ARM, ALL),
                event("S46", "jump to the kernel"));
    }

    private static List<Row> kernelAndUser() {
        return List.of(
                event("K01", "kernel: zero page, chain, own guest id and way to the hypervisor"),
                event("K02", "kernel: processors"),
                event("K03", "kernel: initrd"),
                event("U01", "init: mounts, environment, start of the paravisor"),
                event("U02", "paravisor: tree, tables, measured configuration"),
                event("U03", "paravisor: state for the next instance").not(FIRST_BOOT, ISOLATED));
    }

    private static List<Row> ofTree() {
        return List.of(
                condition("S13 no-tree", "the area of the tree starts with zero"),
                condition("S13 invalid", "the area holds no device tree"),
                condition("S13 missing-property", "a property is missing"),
                condition("S13 bad-value", "a property has a value that is not accepted"),
                condition("S13 unaligned-memory", "memory is not made of pages"),
                condition("S13 overlapping-memory", "ranges of memory overlap"),
                condition("S13 processors", "more than 2048 processors"),
                condition("S13 memory-entries", "more than 1024 ranges of memory"),
                condition("S13 mmio-ranges", "more than two MMIO ranges of a bus"),
                condition("S13 vtl", "a bus belongs to another VTL"),
                condition("S13 duplicate-bus", "a VTL has two buses"),
                condition("S13 translation", "addresses on the bus are not those of its parent"),
                condition("S13 mmio-over-memory", "MMIO overlaps memory"),
                condition("S13 mmio-over-mmio", "MMIO of VTL0 overlaps that of VTL2"),
                condition("S13 command-line", "the host's command line is too long"),
                condition("S13 allocation-mode", "unknown way to choose VTL2's memory"));
    }

    private static List<Row> ofInputs() {
        String internal = "the Rust shim checks itself; the Java shim has no such state";
        return List.of(
                condition("S04 relocation", "unknown type or size of a relocation"),
                condition("S05 isolation-type", "the image's isolation type is unknown"),
                condition("S08 log-buffer", "size of the log buffer"),
                condition("S09 time", "the reference time cannot be read").not(ARM, ALL),
                condition("S10 enabled", "the hypercall page is enabled already")
                        .not(NO_HYPERCALLS, HARDWARE),
                condition("S14 not-utf8", "the measured command line is not UTF-8"),
                condition("S14 too-long", "measured and host's command line are too long together"),
                condition("S14 policy", "unknown policy of the command line"),
                condition("any static-twice", "a static object is taken twice").not(internal, ALL),
                condition("any heap", "the heap is used outside of decoding").not(internal, ALL));
    }

    private static List<Row> ofTopology() {
        return List.of(
                condition("S16a below-measured", "the host asks for less memory than was measured"),
                condition("S16a image-range", "the image's range is not memory of the host"),
                condition("S16a launch-range", "a launched range is not memory of the host"),
                condition("S16a launch-half", "a launched range lies half inside the image's range"),
                condition("S16a node", "a node has too little memory"),
                condition("S16a no-bus-vtl2", "there is no bus for VTL2"),
                condition("S16a no-bus-vtl0", "there is no bus for VTL0"),
                condition("S16a mmio", "the host gives VTL2 less MMIO than it asks it to have"),
                condition("S16a no-high-mmio", "VTL0 has no MMIO to take VTL2's from"),
                condition("S16a carving", "taking VTL2's MMIO does not leave VTL0 two ranges"),
                condition("S16a ranges", "more than 64 ranges of VTL2 memory"),
                condition("S16b outside", "the payload lies outside its region").not(FIRST_BOOT, ISOLATED),
                condition("S16b length", "the payload is longer than its region")
                        .not(FIRST_BOOT, ISOLATED),
                condition("S16b decode", "the payload is not the message").not(FIRST_BOOT, ISOLATED),
                condition("S16b memory", "the host's memory is another").not(FIRST_BOOT, ISOLATED),
                condition("S16b entry", "header or payload have no entry").not(FIRST_BOOT, ISOLATED),
                condition("S16b apart", "header and payload do not touch").not(FIRST_BOOT, ISOLATED),
                condition("S17 reserved", "a reserved range is outside what the image uses"),
                condition("S17 used", "what the image uses is outside VTL2's memory"),
                condition("S17 twice", "the address space is built twice")
                        .not("each step builds the address space anew, from the same inputs", ALL),
                condition("S18 split", "the pool cannot be split").not(POOL, ISOLATED),
                condition("S18 place", "the pool cannot be placed").not(POOL, ISOLATED),
                condition("S21 no-processor", "there is no processor"),
                condition("S21 capabilities", "capabilities cannot be read").not(NO_HYPERCALLS, HARDWARE),
                condition("S22 refused", "APIC ids are not translated").not(NO_HYPERCALLS, HARDWARE),
                condition("S22 order", "processors are in another order").not(NO_HYPERCALLS, HARDWARE));
    }

    private static List<Row> ofIsolation() {
        return List.of(
                condition("S23 register", "VTL protection is refused").not(NO_PROTECTION, ALL_BUT_VBS),
                condition("S24 protect", "protection of pages is refused").not(NO_PROTECTION, ALL_BUT_VBS),
                condition("S25 order", "the image lists its regions in another order")
                        .not(NOTHING_TO_ACCEPT, NONE),
                condition("S25 local-map", "the page tables have no entry for the local map")
                        .not(LOCAL_MAP, SOFTWARE),
                condition("S26 accept", "acceptance of memory fails").not(NOTHING_TO_ACCEPT, NONE),
                condition("S27 accept", "acceptance of the bounce buffer fails").not(LOCAL_MAP, SOFTWARE),
                condition("S28 convert", "a shared region cannot be taken over").not(NOTHING_TO_ACCEPT, NONE),
                condition("S29 range", "no room for page tables").not(OTHER_PROCESSORS, ALL_BUT_TDX),
                condition("S29 tables", "page tables cannot be built").not(OTHER_PROCESSORS, ALL_BUT_TDX),
                condition("S30 connect", "TDX Connect without release of pages").not(OTHER_PROCESSORS, ALL_BUT_TDX),
                condition("S31 start", "a processor does not start").not(OTHER_PROCESSORS, ALL_BUT_TDX),
                condition("S32 hash", "the hash of shared regions is another").not(NOTHING_TO_ACCEPT, NONE));
    }

    private static List<Row> ofHandover() {
        return List.of(
                condition("C01 false", "the sidecar does not start").not(SIDECAR, ISOLATED),
                condition("S35 too-long", "the kernel's command line is too long"),
                condition("S37 crc", "the initrd has another CRC"),
                condition("S37 details", "the same, with details for confidential debugging"),
                condition("S38 entries", "more than 640 entries of the memory map")
                        .not(NO_MANY_ENTRIES, ISOLATED),
                condition("S38 type", "a piece of memory with an unexpected type")
                        .not("a piece of memory of another type cannot be expressed", ALL),
                condition("S40 region", "a region outside VTL2's memory was not accepted"),
                condition("S41 host-memory", "memory of VTL2 is not memory of the host"),
                condition("S41 reserved", "more than 134 reserved ranges").not(NO_MANY_RESERVED, ISOLATED),
                condition("S41 space", "the tree is larger than its buffer"),
                condition("S41 gic", "sizes of the interrupt controller differ").not(ARM, ALL),
                condition("S41 pmu", "interrupt of the performance monitor").not(ARM, ALL),
                condition("S41 overlap", "reservations overlap")
                        .not("reservations are pieces of one list, which do not overlap", ALL),
                condition("S42 cookie", "the stack has grown over its end"));
    }
}
