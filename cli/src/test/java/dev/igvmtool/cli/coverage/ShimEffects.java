package dev.igvmtool.cli.coverage;

import static dev.igvmtool.cli.coverage.Expectation.becomes;
import static dev.igvmtool.cli.coverage.Expectation.comes;
import static dev.igvmtool.cli.coverage.Expectation.grows;
import static dev.igvmtool.cli.coverage.Expectation.logs;
import static dev.igvmtool.machine.partition.Isolation.NONE;
import static dev.igvmtool.machine.partition.Isolation.SNP;
import static dev.igvmtool.machine.partition.Isolation.TDX;
import static dev.igvmtool.machine.partition.Isolation.VBS;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.linux.SetupData;
import dev.igvmtool.abi.sidecar.ControlPage;
import dev.igvmtool.abi.sidecar.SidecarOutput;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.TdxTrampolineContext;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.partition.Isolation;
import dev.igvmtool.machine.vp.RunState;
import java.util.ArrayList;
import java.util.List;

/** What the events of the boot shim do to the guest on a first boot with {@link Scenario#VPS} processors. */
final class ShimEffects {
    private static final long COOKIE = 0x3040_5060L;
    private static final long CR4_BITS = 0x600;
    private static final long GUEST_OS_ID = 1L << 40;
    private static final long PROTECTION = 0x1f;
    private static final long LOCAL_MAP = 0x20_0000;
    private static final long SHARED_BIT = 1L << 47;
    private static final int TREE = 16;

    private ShimEffects() {}

    /** What there is under every isolation. */
    static List<Expectation> common(Isolation isolation) {
        return List.of(
                becomes("S02", "RSP", true, guest -> guest.registers().rsp == guest.at(Places.STACK_TOP)),
                becomes("S02", "the lowest word of the stack", COOKIE, guest -> guest.u32(Places.STACK)),
                becomes("S03", "CR4 bits 9 and 10", CR4_BITS, guest -> guest.registers().cr4 & CR4_BITS),
                comes(
                        "S04",
                        "the saved argument of the relocator",
                        guest -> guest.u64(Places.STACK_TOP - Long.BYTES) == guest.paramsGpa() - guest.shimBase()),
                comes(
                        "S05",
                        "the place of the parameters",
                        guest -> guest.u64(Places.PARAMS_OFFSET) == guest.paramsGpa() - guest.shimBase()),
                becomes("S08", "capacity of the log", 8186L, ShimEffects::logCapacity),
                logs("S15", "[INFO] read_from_dt: persisted_state_header present=false, sidecar=Enabled"),
                logs("S16a", "[INFO] reading topology from host device tree\n"),
                logs("S17", "[INFO] reclaim device tree memory "),
                logs("S20", "[INFO] openhcl_boot: logging enabled\n"),
                grows("S35", "the command line", "loglevel=8 log_buf_len=128K", ShimEffects::commandLine),
                comes("S36", "a chain that starts with the tree", ShimEffects::startsWithTree),
                becomes("S38", "type of loader", 0xffL, guest -> guest.u32(Places.ZERO_PAGE + 0x210) & 0xff),
                comes("S38", "a memory map that starts with VTL2's memory", ShimEffects::hasMemoryMap),
                becomes("S41", "processors in the kernel's tree", (long) Scenario.VPS, ShimEffects::processors),
                logs("S43", "[INFO] uninitializing hypercalls\n[INFO] about to jump to kernel\n"),
                comes(
                        "S46",
                        "the kernel's entry with the zero page in RSI",
                        guest -> guest.boot().rip() == guest.at(guest.params().kernelEntryOffset())
                                && guest.register(Gpr.RSI) == guest.at(Places.ZERO_PAGE)
                                && guest.register(Gpr.RDI) == 0));
    }

    /** What there is only under some. */
    static List<Expectation> ofIsolation(Isolation isolation) {
        List<Expectation> all = new ArrayList<>();
        if (isolation == NONE) {
            all.addAll(withSidecar());
        }
        if (isolation == NONE || isolation == VBS) {
            all.addAll(withHypercalls());
        }
        if (isolation == VBS) {
            all.addAll(protecting());
        }
        if (isolation != NONE) {
            all.add(becomes("S26", "the last page of VTL2", PageState.ACCEPTED, ShimEffects::lastPage));
        }
        if (isolation == SNP || isolation == TDX) {
            all.addAll(converting());
        }
        if (isolation == SNP) {
            all.add(becomes(
                    "S36",
                    "magic of the confidential-computing blob",
                    0x4544_4d41L,
                    guest -> guest.u32(Places.CC_BLOB)));
        }
        if (isolation == TDX) {
            all.addAll(trustDomain());
        }
        return all;
    }

    private static List<Expectation> withSidecar() {
        return List.of(
                becomes("S06", "permission to tell the host", 1L, guest -> guest.u32(Places.FLAGS) & 1),
                logs("S18", "[INFO] allocated VTL2 pool at "),
                becomes("S33", "nodes for the sidecar", 1L, guest -> guest.u32(Places.SIDECAR_PARAMS + 12)),
                becomes("C01", "processors of the sidecar's node", (long) Scenario.VPS, ShimEffects::ofSidecar)
                        .until("S34"),
                comes(
                                "C01",
                                "VP 1 in VTL2",
                                guest -> guest.vm().machine().vp(1).state().hasVtl(2)
                                        && guest.vm().machine().vp(1).runState() != RunState.WAITING_FOR_START)
                        .until("S34"),
                becomes("S34", "time after the sidecar", time(2), guest -> guest.u64(Places.SIDECAR_END)));
    }

    private static List<Expectation> withHypercalls() {
        return List.of(
                becomes("S09", "start time", time(0), guest -> guest.u64(Places.BOOT_START)),
                becomes("S10", "guest id", GUEST_OS_ID, guest -> guest.partition().guestOsId[2]),
                becomes("S10", "hypercall page", true, ShimEffects::hasHypercallPage),
                becomes("S11", "VTL that the hypervisor names", 2L, guest -> guest.u32(Places.HYPERCALL_OUTPUT) & 0xf),
                becomes("S11", "active VTL", 2L, guest -> guest.u32(Places.ACTIVE_VTL)),
                grows("S20", "COM3", "openhcl_boot: logging enabled", Guest::serial),
                becomes("S21", "alias map", 1L << 45, guest -> guest.u64(Places.ALIAS_MAP)),
                becomes(
                        "S22",
                        "VP indexes",
                        List.of(0L, 1L, 2L),
                        guest -> List.of(
                                guest.u32(Places.HYPERCALL_OUTPUT),
                                guest.u32(Places.HYPERCALL_OUTPUT + 4),
                                guest.u32(Places.HYPERCALL_OUTPUT + 8))),
                comes("S39", "end time", guest -> guest.u64(Places.BOOT_END) > guest.u64(Places.BOOT_START)),
                becomes("S43", "hypercall page", false, ShimEffects::hasHypercallPage),
                becomes("S43", "guest id", 0L, guest -> guest.partition().guestOsId[2]));
    }

    /** What the n-th read of the reference counter gives. */
    private static long time(int read) {
        return Scenario.REFERENCE_TIME.first() + read * Scenario.REFERENCE_TIME.step();
    }

    private static List<Expectation> protecting() {
        return List.of(
                becomes("S23", "VsmPartitionConfig", PROTECTION, guest -> guest.partition().vsmPartitionConfig[2]),
                becomes("S24", "what VTL0 may do with the shim", 0, guest -> guest.pages()
                        .allowed(0, guest.shimBase() / Guest.PAGE)));
    }

    private static List<Expectation> converting() {
        return List.of(
                becomes("S25", "entry of the local map", 0L, guest -> guest.memory()
                        .readU64(guest.entryOf(LOCAL_MAP))),
                becomes(
                        "S28",
                        "the kernel",
                        PageState.ACCEPTED,
                        guest -> guest.state(guest.at(guest.params().kernelEntryOffset()))));
    }

    private static List<Expectation> trustDomain() {
        return List.of(
                becomes("S09", "start time", tscTime(0), guest -> guest.u64(Places.BOOT_START)),
                comes("S29", "the root of the other processors' tables", ShimEffects::hasTables),
                becomes(
                        "S30",
                        "the shared bit of the bounce buffer",
                        SHARED_BIT,
                        guest -> guest.memory()
                                        .readU64(guest.entryOf(
                                                guest.at(guest.params().bounceBufferStart())))
                                & SHARED_BIT),
                becomes(
                        "S31",
                        "VTL2 of VP 2",
                        true,
                        guest -> guest.vm().machine().vp(2).state().hasVtl(2)),
                becomes("S39", "end time", tscTime(1), guest -> guest.u64(Places.BOOT_END)),
                becomes(
                        "S43",
                        "the shared bit of the bounce buffer",
                        0L,
                        guest -> guest.memory()
                                        .readU64(guest.entryOf(
                                                guest.at(guest.params().bounceBufferStart())))
                                & SHARED_BIT));
    }

    /** Ticks by 2.5 GHz, in units of 100 ns. */
    private static long tscTime(int read) {
        return (Scenario.TSC.first() + read * Scenario.TSC.step()) / (Scenario.TSC_RATIO * 25 / 10);
    }

    private static Object logCapacity(Guest guest) {
        return (long) guest.memory().readU16(guest.at(guest.params().logBufferStart()));
    }

    private static Object commandLine(Guest guest) {
        return guest.memory().readBytes(guest.at(Places.COMMAND_LINE), 4096).toUtf8();
    }

    private static boolean startsWithTree(Guest guest) {
        SetupData header = guest.memory().read(SetupData.CODEC, guest.at(Places.FDT_OBJECT));
        return header.type() == SetupData.DTB;
    }

    private static boolean hasMemoryMap(Guest guest) {
        BootParams params = guest.memory().read(BootParams.CODEC, guest.at(Places.ZERO_PAGE));
        return !params.e820Table().isEmpty()
                && params.e820Table().get(0).addr() == guest.at(guest.params().memoryStartOffset());
    }

    private static Object processors(Guest guest) {
        return (long) kernelTree(guest).cpus().size();
    }

    static BootTree kernelTree(Guest guest) {
        Bytes tree = guest.memory().readBytes(guest.at(Places.FDT_OBJECT) + TREE, 0x4_0000 - TREE);
        return BootTree.of(Fdt.parse(tree));
    }

    private static boolean hasHypercallPage(Guest guest) {
        return guest.pages().isOverlay(2, guest.at(Places.HYPERCALL_PAGE) / Guest.PAGE);
    }

    /** As the control page has it to which the output page leads. */
    private static Object ofSidecar(Guest guest) {
        long control = guest.u64(Places.SIDECAR_OUTPUT + SidecarOutput.NODES);
        return new ControlPage(guest.memory(), control).cpuCount();
    }

    private static Object lastPage(Guest guest) {
        return guest.state(
                guest.at(guest.params().memoryStartOffset()) + guest.params().memorySize() - Guest.PAGE);
    }

    private static boolean hasTables(Guest guest) {
        TdxTrampolineContext context = guest.memory().read(TdxTrampolineContext.CODEC, TdxTrampolineContext.GPA);
        long root = context.cr3();
        return root != guest.registers().cr3 && guest.memory().readU64(root) != 0;
    }
}
