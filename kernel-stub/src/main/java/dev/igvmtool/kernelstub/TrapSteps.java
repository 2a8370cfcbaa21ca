package dev.igvmtool.kernelstub;

import static dev.igvmtool.kernelstub.PanicSteps.step;

import dev.igvmtool.abi.sidecar.ControlPage;
import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Vector;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.kernelstub.call.SidecarDevice;
import dev.igvmtool.kernelstub.call.SintDevice;
import dev.igvmtool.kernelstub.call.SystemCalls;
import dev.igvmtool.kernelstub.fault.KernelPanic;
import dev.igvmtool.kernelstub.hv.Interrupts;
import dev.igvmtool.kernelstub.process.ProcessEnd;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.Task;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Handlers of exceptions and interrupts. An exception of a user program ends it; one of the kernel is a panic. */
final class TrapSteps {
    static final String RESCHEDULE = "interrupt-reschedule";
    static final String SIDECAR = "interrupt-sidecar";
    static final String HYPERVISOR = "interrupt-hypervisor";

    private static final int SIGILL = 4;
    private static final int SIGTRAP = 5;
    private static final int SIGFPE = 8;
    private static final int SIGSEGV = 11;
    private static final int PRIVILEGE = 3;

    private TrapSteps() {}

    static List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        for (Vector vector : Vector.values()) {
            steps.add(step(stepName(vector), cpu -> exception(cpu, vector)));
        }
        steps.add(step(RESCHEDULE, cpu -> {
            Interrupts.end(Kernel.resume(cpu).host());
            cpu.interruptReturn();
        }));
        steps.add(step(SIDECAR, TrapSteps::sidecar));
        steps.add(step(HYPERVISOR, TrapSteps::hypervisor));
        return steps;
    }

    /** Name of the handler of an exception. */
    static String stepName(Vector vector) {
        return "exception-" + vector.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static void exception(Cpu cpu, Vector vector) {
        long errorCode = vector.hasErrorCode() ? cpu.pop() : 0;
        long rip = cpu.memory().readU64(cpu.get(Gpr.RSP));
        long cs = cpu.memory().readU64(cpu.get(Gpr.RSP) + 8);
        String what = String.format(
                "%s at 0x%x, error code 0x%x, address 0x%x",
                vector.name().toLowerCase(Locale.ROOT).replace('_', ' '), rip, errorCode, cpu.get(ControlRegister.CR2));
        if ((cs & PRIVILEGE) != PRIVILEGE) {
            throw new KernelPanic("Fatal exception: " + what);
        }
        Kernel kernel = Kernel.resume(cpu);
        Task process = kernel.current();
        kernel.log(Kernel.INFO, process.name() + "[" + process.pid() + "]: " + what);
        ProcessEnd.group(kernel, process, signal(vector));
        kernel.put(kernel.self().running(0));
        kernel.commit();
        cpu.jumpTo(SystemCalls.SCHEDULE_STEP);
    }

    private static int signal(Vector vector) {
        return switch (vector) {
            case DIVIDE_ERROR -> SIGFPE;
            case DEBUG, BREAKPOINT -> SIGTRAP;
            case INVALID_OPCODE -> SIGILL;
            case DOUBLE_FAULT,
                    INVALID_TSS,
                    SEGMENT_NOT_PRESENT,
                    STACK_FAULT,
                    GENERAL_PROTECTION,
                    PAGE_FAULT,
                    VIRTUALIZATION,
                    VMM_COMMUNICATION -> SIGSEGV;
        };
    }

    /** A sidecar VP has finished something: whoever waits looks at the status again. */
    private static void sidecar(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        Interrupts.end(kernel.host());
        for (BootTree.SidecarNode node : SidecarDevice.nodes(kernel)) {
            ControlPage control = SidecarDevice.control(kernel, node);
            if (control.needsAttention()) {
                control.setNeedsAttention(false);
            }
        }
        Map<Integer, Integer> ready = SystemCalls.ready(kernel);
        kernel.processes().wake(event -> event instanceof Task.Event.Sidecar || event instanceof Task.Event.Poll);
        SystemCalls.tellProcessors(kernel, ready);
        kernel.commit();
        cpu.interruptReturn();
    }

    /** Messages have come for user programs. */
    private static void hypervisor(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        Map<Integer, Integer> ready = SystemCalls.ready(kernel);
        SintDevice.receive(kernel);
        SystemCalls.tellProcessors(kernel, ready);
        kernel.commit();
        Interrupts.end(kernel.host());
        cpu.interruptReturn();
    }
}
