package dev.igvmtool.paravisor;

import dev.igvmtool.abi.hv.RegisterAssociation;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.linux.KernelFiles;
import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.abi.linux.Syscall;
import dev.igvmtool.abi.mshv.MshvIoctl;
import dev.igvmtool.abi.mshv.RunPage;
import dev.igvmtool.paravisor.config.ParavisorOption;
import dev.igvmtool.paravisor.exit.ExitAction;
import dev.igvmtool.paravisor.exit.ExitHandler;
import dev.igvmtool.paravisor.exit.GuestDevices;
import java.util.List;

/** VP 0 runs VTL0, exit after exit (events P53 to P55); other threads join for theirs. */
final class RunSteps {
    private static final int COM1 = 0x3f8;
    private static final int SEEK_SET = 0;
    private static final int FUTEX_WAIT = 0;
    /** The step that gives the thread's VP to VTL0. */
    static final String RUN = "return-to-vtl0";

    private static final String COMPLETE = "complete-exit";
    private static final String IDLE = "idle";

    private RunSteps() {}

    static void add(StepList steps) {
        steps.event("P53", "start-state-units", RunSteps::startStateUnits)
                .step("open-ports", RunSteps::openPorts)
                .event("P54", "enter-vtl0", RunSteps::enterVtl0)
                .event("P55", "first-exit", RunSteps::dispatch)
                .step("continue-exit", process -> process.cpu().jumpTo("forward-byte"))
                .step(RUN, RunSteps::returnToVtl0)
                .step("dispatch-exit", RunSteps::dispatch)
                .step("forward-byte", RunSteps::forwardByte)
                .step("write-byte", RunSteps::writeByte)
                .step("byte-written", process -> process.result("write " + KernelFiles.PORT))
                .step(COMPLETE, RunSteps::completeExit)
                .step("exit-completed", RunSteps::exitCompleted)
                .step("stop-vp", process -> process.log("VP " + process.get(Variable.VP) + " does not run any more"))
                .step(IDLE, RunSteps::idle)
                .step("idle-again", process -> process.cpu().jumpTo(IDLE));
    }

    private static void startStateUnits(ParavisorProcess process) {
        process.cpu().keep(GuestDevices.RESET);
        if (new Inputs(process).options().flag(ParavisorOption.VTL0_STARTS_PAUSED)) {
            process.cpu().jumpTo(IDLE);
            process.log("VTL0 starts paused");
        } else {
            process.log("state units start");
        }
    }

    private static void openPorts(ParavisorProcess process) {
        process.open(KernelFiles.PORT, OpenFlags.RDWR | OpenFlags.CLOEXEC, 0);
    }

    private static void enterVtl0(ParavisorProcess process) {
        process.set(Variable.PORT_FILE, process.result("open " + KernelFiles.PORT));
        returnToVtl0(process);
    }

    private static void returnToVtl0(ParavisorProcess process) {
        RunPage run = new RunPage(process.cpu().memory(), process.get(Variable.RUN_PAGE));
        run.setCancel(0);
        run.setTargetVtl(0);
        process.ioctl(process.get(Variable.VTL_FILE), MshvIoctl.RETURN_TO_LOWER_VTL, 0);
    }

    /** Decides what the exit needs; the next steps do it. */
    private static void dispatch(ParavisorProcess process) {
        if (process.rawResult() == Errno.EINTR.result()) {
            process.cpu().jumpTo(RUN);
            return;
        }
        process.result("return to VTL0");
        Vtl0Context context = Vtl0Context.of(process);
        GuestDevices devices = process.cpu().kept(GuestDevices.class).orElse(GuestDevices.RESET);
        ExitAction action = new ExitHandler(devices).handle(context.exit());
        action.registers().forEach(context::set);
        process.cpu().keep(action.devices());
        process.set(Variable.EXIT_HAS_RIP, action.rip().isPresent() ? 1 : 0);
        process.set(Variable.EXIT_RIP, action.rip().orElse(0));
        process.set(Variable.EXIT_COM1, action.com1Output().orElse(-1));
        process.set(Variable.EXIT_HALTS, action.halted() ? 1 : 0);
        process.set(Variable.EXIT_STOPS, action.stopped() ? 1 : 0);
        action.log().ifPresent(action.stopped() ? process::critical : process::warn);
    }

    private static void forwardByte(ParavisorProcess process) {
        if (process.get(Variable.EXIT_COM1) < 0) {
            process.cpu().jumpTo(COMPLETE);
        } else {
            process.cpu().systemCall(Syscall.LSEEK, process.get(Variable.PORT_FILE), COM1, SEEK_SET);
        }
    }

    private static void writeByte(ParavisorProcess process) {
        process.result("seek " + KernelFiles.PORT);
        process.cpu().memory().writeU8(process.at(DataLayout.BUFFER), process.getInt(Variable.EXIT_COM1));
        process.cpu().systemCall(Syscall.WRITE, process.get(Variable.PORT_FILE), process.at(DataLayout.BUFFER), 1);
    }

    private static void completeExit(ParavisorProcess process) {
        if (process.get(Variable.EXIT_STOPS) != 0) {
            process.cpu().jumpTo("stop-vp");
            return;
        }
        Vtl0Context context = Vtl0Context.of(process);
        if (process.get(Variable.EXIT_HALTS) != 0) {
            context.setHalted(true);
        }
        long next = process.get(Variable.EXIT_RIP);
        if (process.get(Variable.EXIT_HAS_RIP) == 0 || context.setRip(next)) {
            process.cpu().jumpTo(RUN);
        } else {
            RegisterValue rip = RegisterValue.of(next);
            LoadSteps.setRegisters(process, List.of(new RegisterAssociation(RegisterName.RIP, rip)));
        }
    }

    private static void exitCompleted(ParavisorProcess process) {
        process.result("set RIP of VTL0");
        process.cpu().jumpTo(RUN);
    }

    /** Waits for what never comes. */
    private static void idle(ParavisorProcess process) {
        long word = process.at(DataLayout.ARGUMENT);
        process.cpu().memory().writeU64(word, 0);
        process.cpu().systemCall(Syscall.FUTEX, word, FUTEX_WAIT, 0, 0);
    }
}
