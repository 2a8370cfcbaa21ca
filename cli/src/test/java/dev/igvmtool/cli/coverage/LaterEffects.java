package dev.igvmtool.cli.coverage;

import static dev.igvmtool.cli.coverage.Expectation.becomes;
import static dev.igvmtool.cli.coverage.Expectation.comes;
import static dev.igvmtool.cli.coverage.Expectation.grows;

import dev.igvmtool.abi.paravisor.ParameterRegion;
import dev.igvmtool.abi.shim.PersistedStateHeader;
import dev.igvmtool.abi.x64.TdxTrampolineContext;
import dev.igvmtool.machine.partition.Isolation;
import dev.igvmtool.machine.vp.RunState;
import dev.igvmtool.machine.vp.VtlState;
import java.util.ArrayList;
import java.util.List;

/** What kernel, init and paravisor do to the guest. Their events have names of their own in the trace. */
final class LaterEffects {
    /** Linux, as hypervisors know it. */
    private static final long LINUX = 0x81;

    private LaterEffects() {}

    static List<Expectation> expected(Isolation isolation) {
        List<Expectation> all = new ArrayList<>(List.of(
                becomes("K01", "vendor of the guest id", LINUX, guest -> guest.partition().guestOsId[2] >>> 56),
                grows("K01", "the kernel's log", "Command line: loglevel=8", Guest::kernelLog),
                grows("K02", "the kernel's log", "smp: Brought up ", Guest::kernelLog),
                grows("K03", "the kernel's log", "Unpacking initramfs: ", Guest::kernelLog),
                grows("I01", "the kernel's log", "mount proc at /proc", Guest::kernelLog)
                        .until("P01")
                        .of("U01"),
                grows("I01", "the kernel's log", "exec /bin/openvmm_hcl as process 2", Guest::kernelLog)
                        .until("P01")
                        .of("U01"),
                grows("P24", "the kernel's log", "boot tree: " + Scenario.VPS + " processors", Guest::kernelLog)
                        .until("P30")
                        .of("U02"),
                becomes("P24", "the measured configuration", 0L, LaterEffects::measuredConfiguration)
                        .until("P30")
                        .of("U02")));
        all.addAll(
                switch (isolation) {
                    // The sidecar has started the others before, and keeps them.
                    case NONE -> List.of(hypercallPage());
                    case VBS -> List.of(hypercallPage(), processors());
                    case SNP ->
                        List.of(
                                comes("K01", "a GHCB page", guest -> registeredGhcb(guest) != VtlState.NO_PAGE),
                                processors());
                    case TDX ->
                        List.of(comes("K02", "every processor out of the mailbox", LaterEffects::allOutOfMailbox));
                });
        return all;
    }

    /** What one instance of VTL2 leaves for the next, and what that makes of it. */
    static List<Expectation> ofRestart(Isolation isolation) {
        return List.of(
                becomes("V04", "magic of the persisted state", PersistedStateHeader.MAGIC, LaterEffects::persistedMagic)
                        .of("U03"),
                Expectation.logs("S16b", "[INFO] reading topology from persisted state"));
    }

    private static Object persistedMagic(Guest guest) {
        return guest.u64(guest.params().persistedStateRegionOffset());
    }

    private static Expectation hypercallPage() {
        return comes("K01", "a hypercall page of the kernel", guest -> (guest.partition().hypercallPage[2] & 1) != 0);
    }

    private static Expectation processors() {
        return comes("K02", "every processor in VTL2", LaterEffects::allInVtl2);
    }

    private static long registeredGhcb(Guest guest) {
        return guest.boot().state().registeredGhcb;
    }

    /** In a TD they wait there in VTL2 for the kernel. */
    private static boolean allOutOfMailbox(Guest guest) {
        return guest.vm().machine().partition().vps().stream()
                .allMatch(vp -> (vp.state().vtl(2).rip & -Guest.PAGE) != TdxTrampolineContext.GPA);
    }

    private static boolean allInVtl2(Guest guest) {
        return guest.vm().machine().partition().vps().stream()
                .allMatch(vp -> vp.state().hasVtl(2) && vp.runState() != RunState.WAITING_FOR_START);
    }

    /** It is empty once the paravisor has it, so that nobody else can read it. */
    private static Object measuredConfiguration(Guest guest) {
        return guest.memory().readU32(guest.parameterPage(ParameterRegion.MEASURED_CONFIG_PAGE));
    }
}
