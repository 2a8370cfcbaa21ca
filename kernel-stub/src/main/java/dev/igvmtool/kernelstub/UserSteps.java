package dev.igvmtool.kernelstub;

import static dev.igvmtool.kernelstub.PanicSteps.step;

import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.linux.Syscall;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.kernelstub.call.SystemCalls;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.kernelstub.memory.ShiftedMemory;
import dev.igvmtool.kernelstub.state.CpuArea;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.Processor;
import dev.igvmtool.kernelstub.state.Task;
import dev.igvmtool.kernelstub.state.UserRegisters;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Between kernel and user programs: entry by SYSCALL, one step for each system call, return, scheduler, idling. */
final class UserSteps {
    static final String ENTRY = "system-call-entry";
    static final String IDLE = "idle";

    private static final String UNKNOWN = "sys-unknown";

    private UserSteps() {}

    static List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        steps.add(step(ENTRY, UserSteps::enter));
        for (Syscall call : Syscall.values()) {
            steps.add(step(SystemCalls.stepName(call), cpu -> SystemCalls.run(cpu, call)));
        }
        steps.add(step(UNKNOWN, UserSteps::unknown));
        steps.add(step(SystemCalls.EXIT_STEP, UserSteps::returnToUser));
        steps.add(step(SystemCalls.SCHEDULE_STEP, UserSteps::schedule));
        steps.add(step(IDLE, UserSteps::idle));
        return steps;
    }

    /** Saves the user registers on the kernel stack and goes to the step of the call. */
    private static void enter(Cpu cpu) {
        CpuArea area = new CpuArea(
                new ShiftedMemory(cpu.memory(), KernelMap.DIRECT_MAP),
                cpu.readMsr(Msr.KERNEL_GS_BASE) - KernelMap.DIRECT_MAP);
        UserRegisters registers = UserRegisters.below(cpu.memory(), area.stackTop());
        for (Gpr register : UserRegisters.general()) {
            registers.set(register, cpu.get(register));
        }
        registers.set(Gpr.RSP, cpu.get(Gpr.RSP));
        registers.setReturn(cpu.get(Gpr.RCX), cpu.get(Gpr.R11));
        registers.setSystemCall(cpu.get(Gpr.RAX));
        registers.set(Gpr.RAX, Errno.ENOSYS.result());
        cpu.set(Gpr.RSP, registers.gva());
        cpu.jumpTo(stepOf(registers));
    }

    private static String stepOf(UserRegisters registers) {
        return Syscall.of(registers.systemCall()).map(SystemCalls::stepName).orElse(UNKNOWN);
    }

    private static void unknown(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        SystemCalls.finish(kernel, Errno.ENOSYS.result());
        kernel.commit();
        cpu.jumpTo(SystemCalls.EXIT_STEP);
    }

    private static void returnToUser(Cpu cpu) {
        UserRegisters registers = new UserRegisters(cpu.memory(), cpu.get(Gpr.RSP));
        for (Gpr register : UserRegisters.general()) {
            cpu.set(register, registers.get(register));
        }
        cpu.set(Gpr.RCX, registers.rip());
        cpu.set(Gpr.R11, registers.rflags());
        cpu.set(Gpr.RSP, registers.get(Gpr.RSP));
        cpu.systemReturn();
    }

    private static void schedule(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        Processor self = kernel.self();
        Optional<Task> next = kernel.processes().next(self.index(), self.current());
        if (next.isEmpty()) {
            kernel.put(self.running(0));
            kernel.commit();
            kernel.load(kernel.layout().cr3());
            cpu.set(Gpr.RSP, kernel.area().idleStackTop());
            cpu.jumpTo(IDLE);
            return;
        }
        Task process = next.get();
        kernel.put(self.running(process.pid()));
        kernel.commit();
        kernel.load(process.cr3());
        cpu.writeMsr(Msr.FS_BASE, process.fsBase());
        kernel.area().setStackTop(KernelMap.direct(process.stackTop()));
        UserRegisters registers = UserRegisters.of(cpu.memory(), process);
        cpu.set(Gpr.RSP, registers.gva());
        boolean retry = process.state() instanceof Task.State.Retrying;
        cpu.jumpTo(retry ? stepOf(registers) : SystemCalls.EXIT_STEP);
    }

    /** Nothing to run: the processor halts until an interrupt, and looks again. */
    private static void idle(Cpu cpu) {
        cpu.disableInterrupts();
        Kernel kernel = Kernel.resume(cpu);
        if (kernel.processes().next(kernel.self().index(), 0).isPresent()) {
            cpu.jumpTo(SystemCalls.SCHEDULE_STEP);
            return;
        }
        cpu.enableInterrupts();
        kernel.host().halt();
        cpu.jumpTo(IDLE);
    }
}
