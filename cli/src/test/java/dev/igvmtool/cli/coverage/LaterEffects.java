package dev.igvmtool.cli.coverage;

import static dev.igvmtool.cli.coverage.Expectation.becomes;
import static dev.igvmtool.cli.coverage.Expectation.comes;
import static dev.igvmtool.cli.coverage.Expectation.grows;

import dev.igvmtool.abi.paravisor.ParameterRegion;
import dev.igvmtool.machine.partition.Isolation;
import dev.igvmtool.machine.vp.RunState;
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
                comes("K01", "a hypercall page of the kernel", guest -> (guest.partition().hypercallPage[2] & 1) != 0),
                grows("K02", "the kernel's log", "smp: Brought up ", Guest::kernelLog),
                grows("K03", "the kernel's log", "Unpacking initramfs: ", Guest::kernelLog),
                grows("I01", "the kernel's log", "underhill_init", Guest::kernelLog)
                        .until("P01")
                        .of("U01"),
                grows("P24", "the kernel's log", "boot tree: " + Scenario.VPS + " processors", Guest::kernelLog)
                        .until("P30")
                        .of("U02"),
                becomes("P24", "the measured configuration", 0L, LaterEffects::measuredConfiguration)
                        .until("P30")
                        .of("U02")));
        if (isolation != Isolation.NONE) {
            all.add(comes("K02", "every processor in VTL2", LaterEffects::allInVtl2));
        }
        return all;
    }

    /** Without a sidecar, which would have started some before. */
    private static boolean allInVtl2(Guest guest) {
        return guest.vm().machine().partition().vps().stream()
                .allMatch(vp -> vp.state().hasVtl(2) && vp.runState() != RunState.WAITING_FOR_START);
    }

    /** It is empty once the paravisor has it, so that nobody else can read it. */
    private static Object measuredConfiguration(Guest guest) {
        return guest.memory().readU32(guest.parameterPage(ParameterRegion.MEASURED_CONFIG_PAGE));
    }
}
