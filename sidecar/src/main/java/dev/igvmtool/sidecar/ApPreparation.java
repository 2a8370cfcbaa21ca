package dev.igvmtool.sidecar;

import dev.igvmtool.abi.sidecar.CommandPage;
import dev.igvmtool.abi.sidecar.ControlPage;
import dev.igvmtool.abi.sidecar.CpuStatus;
import dev.igvmtool.abi.sidecar.SidecarLimits;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;

/** The first steps of a started VP: help to start others, then its own APIC, pages and status. */
final class ApPreparation {
    static final String ENTRY = "ap-entry";
    static final String PREPARE = "prepare-vp";

    private static final long APIC_ENABLED = 1 << 11;
    private static final long X2APIC_ENABLED = 1 << 10;
    /** Software enable, spurious vector 0xff. */
    private static final long SPURIOUS_VECTOR_ENABLED = 0x1ff;

    private ApPreparation() {}

    static List<Step> steps() {
        return List.of(
                Step.of(ENTRY, ApPreparation::enter),
                Step.of("C13", PREPARE, ApPreparation::prepare),
                Step.of("zero-shared-pages", ApPreparation::zeroSharedPages),
                Step.of("become-idle", ApPreparation::becomeIdle));
    }

    private static void enter(Cpu cpu) {
        cpu.set(Gpr.RBX, 1);
        cpu.set(Gpr.R14, 0);
        cpu.jumpTo(FanOut.CLAIM);
    }

    private static void prepare(Cpu cpu) {
        cpu.writeMsr(Msr.FS_BASE, AddressSpace.address(AddressSpace.COMMAND_PAGE) + CommandPage.CPU_CONTEXT);
        cpu.writeMsr(Msr.APIC_BASE, cpu.readMsr(Msr.APIC_BASE) | APIC_ENABLED | X2APIC_ENABLED);
        cpu.writeMsr(Msr.X2APIC_SVR, SPURIOUS_VECTOR_ENABLED);
    }

    private static void zeroSharedPages(Cpu cpu) {
        cpu.memory().zero(AddressSpace.address(AddressSpace.REGISTER_PAGE), SidecarLimits.PAGE_BYTES);
        cpu.memory().zero(AddressSpace.address(AddressSpace.COMMAND_PAGE), SidecarLimits.PAGE_BYTES);
    }

    private static void becomeIdle(Cpu cpu) {
        ControlPage control = Dispatch.controlPage(cpu);
        long index = Globals.of(cpu).indexInNode();
        int old = control.statusByte(index);
        control.setStatus(index, CpuStatus.IDLE);
        if (old != CpuStatus.RUN.value()) {
            throw Crash.panic(cpu, "status was " + old + " when the VP became ready");
        }
        Console.log(cpu, "ready");
    }
}
