package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.sidecar.SidecarLimits;
import dev.igvmtool.abi.sidecar.SidecarOutput;
import dev.igvmtool.abi.sidecar.SidecarParams;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.bootshim.plan.LogMessage;
import dev.igvmtool.bootshim.plan.MemoryPlan;
import dev.igvmtool.bootshim.plan.PlanLog;
import dev.igvmtool.bootshim.plan.ShimFatalException;
import dev.igvmtool.bootshim.plan.ShimInputs;
import dev.igvmtool.bootshim.plan.SidecarPlan;
import dev.igvmtool.machine.guest.Core;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;

/** Whether, where and how the sidecar starts: events S33 and S34, and the call between them. */
final class SidecarSteps {
    static final String FIRST = "plan-sidecar";

    private static final int VERSION_AND_FEATURES = 1;
    private static final int ECX_X2APIC = 1 << 21;

    private SidecarSteps() {}

    static List<Step> steps() {
        return List.of(
                PanicSteps.step("S33", FIRST, SidecarSteps::plan),
                PanicSteps.step("call-sidecar", SidecarSteps::call),
                PanicSteps.step("S34", "take-sidecar-result", SidecarSteps::takeResult));
    }

    /** The decision of step S33, made again. */
    static SidecarPlan planned(Core cpu, ShimInputs inputs, MemoryPlan memory) {
        return SidecarPlan.of(
                inputs, memory, () -> ShimVariables.of(cpu).is(ShimVariables.Flag.X2APIC), PlanLog.SILENT);
    }

    private static void plan(Cpu cpu) {
        ShimLayout.of(cpu).clearLate(cpu);
        ShimInputs inputs = InputReader.inputs(cpu);
        SidecarPlan plan = SidecarPlan.of(inputs, MemoryPlan.of(inputs), () -> findX2apic(cpu), BootLog.of(cpu));
        if (!plan.starts()) {
            cpu.jumpTo(HandoverSteps.FIRST);
            return;
        }
        ShimLayout layout = ShimLayout.of(cpu);
        Bytes params = SidecarParams.CODEC.toBytes(plan.params(layout.at(ShimLayout.Static.HYPERCALL_PAGE)));
        cpu.memory().writeBytes(layout.at(ShimLayout.Static.SIDECAR_PARAMS), params.paddedTo(SidecarLimits.PAGE_BYTES));
    }

    private static boolean findX2apic(Cpu cpu) {
        boolean present = (cpu.cpuid(VERSION_AND_FEATURES, 0).ecx() & ECX_X2APIC) != 0;
        if (present) {
            ShimVariables.of(cpu).set(ShimVariables.Flag.X2APIC);
        }
        return present;
    }

    private static void call(Cpu cpu) {
        ShimLayout layout = ShimLayout.of(cpu);
        ShimInputs inputs = InputReader.inputs(cpu);
        SidecarPlan plan = planned(cpu, inputs, MemoryPlan.of(inputs));
        ShimVariables.of(cpu).setSidecarStart(cpu.readMsr(Msr.HV_TIME_REF_COUNT));
        BootLog.of(cpu)
                .info(
                        "sidecar starting, {} nodes, {} cpus, {} total bytes",
                        plan.nodes().size(),
                        inputs.hostTree().cpus().size(),
                        LogMessage.hex(plan.totalBytes()));
        cpu.set(Gpr.RDI, layout.at(ShimLayout.Static.SIDECAR_PARAMS));
        cpu.set(Gpr.RSI, layout.at(ShimLayout.Static.SIDECAR_OUTPUT));
        cpu.call(inputs.image().sidecarEntry());
    }

    private static void takeResult(Cpu cpu) {
        if ((cpu.get(Gpr.RAX) & 0xff) == 0) {
            throw new ShimFatalException(
                    "the sidecar does not start: " + output(cpu).error().toUtf8());
        }
        ShimVariables variables = ShimVariables.of(cpu);
        variables.setSidecarEnd(cpu.readMsr(Msr.HV_TIME_REF_COUNT));
        variables.set(ShimVariables.Flag.SIDECAR_STARTED);
    }

    /** What the sidecar wrote for the shim. */
    static SidecarOutput output(Core cpu) {
        return cpu.memory().read(SidecarOutput.CODEC, ShimLayout.of(cpu).at(ShimLayout.Static.SIDECAR_OUTPUT));
    }
}
