package dev.igvmtool.kernelstub.arm;

import static dev.igvmtool.kernelstub.arm.PanicSteps.step;

import dev.igvmtool.abi.arm.Psci;
import dev.igvmtool.abi.arm.SystemRegister;
import dev.igvmtool.devicetree.binding.CpuEntry;
import dev.igvmtool.machine.guest.ArmCpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;

/** The other processors are turned on by PSCI and tell that they run: event K02. */
final class ProcessorSteps {
    static final String START = "start-processors";

    private static final String WAIT = "wait-for-processors";
    private static final String ENTRY = "secondary-entry";
    private static final int ONLINE = 1;

    private ProcessorSteps() {}

    static List<Step> steps() {
        return List.of(
                step("K02", START, ProcessorSteps::start),
                step(WAIT, ProcessorSteps::await),
                step(ENTRY, ProcessorSteps::enter),
                Step.arm("secondary-idle", ArmCpu::waitForInterrupt));
    }

    private static void start(ArmCpu cpu) {
        ArmKernel kernel = ArmKernel.of(cpu);
        List<CpuEntry> cpus = kernel.tree().cpus();
        cpu.memory().writeU8(kernel.state().online().start(), ONLINE);
        for (int number = 1; number < cpus.size(); number++) {
            cpu.setX(0, Psci.CPU_ON & 0xffff_ffffL);
            cpu.setX(1, cpus.get(number).hardwareId());
            cpu.setX(2, cpu.addressOf(ENTRY));
            cpu.setX(3, number);
            cpu.hvc(0);
            if (cpu.x(0) != Psci.SUCCESS) {
                kernel.log(ArmKernel.ERROR, "CPU" + number + ": failed to boot: " + cpu.x(0));
                cpu.memory().writeU8(kernel.state().online().start() + number, ONLINE);
            }
        }
    }

    private static void await(ArmCpu cpu) {
        ArmKernel kernel = ArmKernel.of(cpu);
        int count = kernel.tree().cpus().size();
        for (int number = 0; number < count; number++) {
            if (cpu.memory().readU8(kernel.state().online().start() + number) == 0) {
                cpu.jumpTo(WAIT);
                return;
            }
        }
        kernel.log(ArmKernel.INFO, "smp: Brought up " + count + " CPUs");
        cpu.jumpTo(BootSteps.TAKE_INITRD);
    }

    /** On another processor, with its number in X0. */
    private static void enter(ArmCpu cpu) {
        ArmKernel kernel = ArmKernel.of(cpu);
        kernel.log(
                ArmKernel.INFO,
                String.format(
                        "CPU%d: Booted secondary processor 0x%010x", cpu.x(0), cpu.get(SystemRegister.MPIDR_EL1)));
        cpu.memory().writeU8(kernel.state().online().start() + cpu.x(0), ONLINE);
    }
}
