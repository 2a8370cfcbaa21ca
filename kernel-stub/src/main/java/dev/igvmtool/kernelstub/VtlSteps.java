package dev.igvmtool.kernelstub;

import static dev.igvmtool.kernelstub.PanicSteps.step;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.VpAssistPage;
import dev.igvmtool.abi.hv.VtlEntryReason;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.mshv.RunPage;
import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.kernelstub.call.LowerVtl;
import dev.igvmtool.kernelstub.call.SystemCalls;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;

/**
 * The request "return to lower VTL" of the VTL file: the processor runs the lower VTL until an intercept, with the
 * registers of the run page. Interrupts for this VTL are handled in between.
 */
final class VtlSteps {
    /** Lets interrupts in, and enters the lower VTL again. */
    static final String INTERRUPTS = "vtl-interrupts";
    /** Waits because the lower VTL does. */
    static final String HALT = "vtl-halt";

    private static final int RETURN_ACTIONS_BYTES = 256;

    private VtlSteps() {}

    static List<Step> steps() {
        return List.of(
                step(LowerVtl.RETURN, VtlSteps::enterLower),
                step("vtl-entered", VtlSteps::entered),
                step(LowerVtl.VMPL, VmplSteps::run),
                step("vmpl-left", VmplSteps::left),
                step(LowerVtl.PARTITION, PartitionSteps::enter),
                step("partition-left", PartitionSteps::left),
                step(INTERRUPTS, Cpu::enableInterrupts),
                step("vtl-interrupts-done", VtlSteps::again),
                step(HALT, VtlSteps::halt),
                step("vtl-halt-done", VtlSteps::again));
    }

    /** Enters the lower VTL again, now that interrupts have been handled. */
    private static void again(Cpu cpu) {
        cpu.disableInterrupts();
        cpu.jumpTo(LowerVtl.step(Kernel.resume(cpu).platform()));
    }

    private static void halt(Cpu cpu) {
        cpu.enableInterrupts();
        Kernel.resume(cpu).host().halt();
    }

    static RunPage runPage(Kernel kernel) {
        return new RunPage(kernel.cpu().memory(), KernelMap.direct(kernel.self().runPage()));
    }

    private static VpAssistPage assistPage(Kernel kernel) {
        return new VpAssistPage(kernel.physical(), kernel.self().assistPage());
    }

    /** False if something else has to be done first; it goes on there. */
    static boolean mayEnter(Kernel kernel, RunPage run) {
        int pid = kernel.current().pid();
        if (run.cancel() != 0) {
            finish(kernel, Errno.EINTR.result());
            return false;
        }
        boolean othersWait = kernel.processes()
                .next(kernel.self().index(), pid)
                .filter(process -> process.pid() != pid)
                .isPresent();
        if (othersWait) {
            kernel.processes().put(kernel.current().retrying());
            kernel.commit();
            kernel.cpu().jumpTo(SystemCalls.SCHEDULE_STEP);
        }
        return !othersWait;
    }

    /** The same where the hypervisor does not see that the lower VTL has halted: the processor waits for it here. */
    static boolean mayEnterByHardware(Kernel kernel, RunPage run) {
        if (!mayEnter(kernel, run)) {
            return false;
        }
        boolean halted = (run.flags() & RunPage.FLAG_HALTED) != 0;
        if (halted) {
            kernel.cpu().jumpTo(HALT);
        }
        return !halted;
    }

    private static void enterLower(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        RunPage run = runPage(kernel);
        if (!mayEnter(kernel, run)) {
            return;
        }
        VpAssistPage assist = assistPage(kernel);
        passReturnActions(cpu, run, assist);
        assist.setRax(run.gpr(Gpr.RAX));
        assist.setRcx(run.gpr(Gpr.RCX));
        cpu.restoreFxState(run.fxState());
        cpu.set(ControlRegister.CR2, run.cr2());
        for (Gpr register : Gpr.values()) {
            if (register != Gpr.RSP && register != Gpr.RAX && register != Gpr.RCX) {
                cpu.set(register, run.gpr(register));
            }
        }
        cpu.set(Gpr.RCX, 0);
        cpu.callHypercallPage(KernelMap.HYPERCALL_PAGE + kernel.layout().vtlReturn());
    }

    /** What the user program wants done on the switch; the hypervisor does it. */
    private static void passReturnActions(Cpu cpu, RunPage run, VpAssistPage assist) {
        long bytes = cpu.memory().readU32(run.gva() + RunPage.RETURN_ACTION_BYTES);
        if (bytes > 0 && bytes <= RETURN_ACTIONS_BYTES) {
            Bytes actions = cpu.memory().readBytes(run.gva() + RunPage.RETURN_ACTIONS, (int) bytes);
            assist.memory()
                    .writeBytes(assist.address() + VpAssistPage.RETURN_ACTIONS, actions.paddedTo(RETURN_ACTIONS_BYTES));
        }
        cpu.memory().writeU32(run.gva() + RunPage.RETURN_ACTION_BYTES, 0);
    }

    private static void entered(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        RunPage run = runPage(kernel);
        for (Gpr register : Gpr.values()) {
            if (register != Gpr.RSP) {
                run.setGpr(register, cpu.get(register));
            }
        }
        run.setCr2(cpu.get(ControlRegister.CR2));
        cpu.saveFxState(run.fxState());
        VpAssistPage assist = assistPage(kernel);
        switch (assist.entryReason()) {
            case VtlEntryReason.INTERCEPT -> {
                run.setExitMessage(assist.message());
                finish(kernel, 0);
            }
            case VtlEntryReason.INTERRUPT -> cpu.jumpTo(INTERRUPTS);
            default -> {
                run.setExitMessage(Bytes.zeros(HvMessage.SIZE));
                finish(kernel, 0);
            }
        }
    }

    /** Ends the request. */
    static void finish(Kernel kernel, long result) {
        SystemCalls.finish(kernel, result);
        kernel.commit();
        kernel.cpu().jumpTo(SystemCalls.EXIT_STEP);
    }
}
