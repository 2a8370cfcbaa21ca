package dev.igvmtool.sidecar;

import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.hv.TargetVtl;
import dev.igvmtool.abi.sidecar.CpuStatus;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;

/** How a VP leaves the sidecar, so that the kernel can start it as a processor of its own. */
final class Removal {
    static final String REMOVE = "remove-vp";

    private static final String REMOVED = "removed";
    /** Software disable; the APIC itself stays enabled, for an interrupt is still to be sent. */
    private static final long SPURIOUS_VECTOR_DISABLED = 0xff;

    private Removal() {}

    static List<Step> steps() {
        return List.of(Step.of("C30", REMOVE, Removal::remove), Step.of(REMOVED, Removal::stayRemoved));
    }

    private static void remove(Cpu cpu) {
        Globals globals = Globals.of(cpu);
        cpu.writeMsr(Msr.HV_VP_ASSIST_PAGE, 0);
        if (globals.registerPageMapped()) {
            HypercallResult result =
                    new Hypercalls(cpu).setRegister(TargetVtl.CURRENT, RegisterName.REGISTER_PAGE, RegisterValue.of(0));
            if (!result.isSuccess()) {
                throw Crash.panic(cpu, "failed to unmap the register page: " + HvStatus.nameOf(result.status()));
            }
        }
        cpu.writeMsr(Msr.X2APIC_SVR, SPURIOUS_VECTOR_DISABLED);
        Dispatch.controlPage(cpu).setStatus(globals.indexInNode(), CpuStatus.REMOVED);
        Dispatch.raiseAttention(cpu);
        Console.log(cpu, "removed");
    }

    private static void stayRemoved(Cpu cpu) {
        cpu.jumpTo(REMOVED);
        cpu.halt();
    }
}
