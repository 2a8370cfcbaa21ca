package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.get.GetMessage;
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
import dev.igvmtool.paravisor.exit.Vtl0Exit;
import dev.igvmtool.paravisor.saved.SavedDevices;
import java.util.List;

/** VP 0 runs VTL0, exit after exit (events P53 to P55); other threads join for theirs. */
final class RunSteps {
    private static final int COM1 = 0x3f8;
    private static final int SEEK_SET = 0;
    private static final int FUTEX_WAIT = 0;
    /** The step that gives the thread's VP to VTL0. */
    static final String RUN = "return-to-vtl0";

    /** The first step. */
    static final String START = "open-ports";

    private static final String UNITS = "start-state-units";

    /** The step with which it runs. */
    static final String ENTER = "enter-vtl0";

    /** The step that goes on with an exit once {@link #decide} has said how. */
    static final String FORWARD = "forward-byte";

    private static final String PARK = "park-vp";
    private static final int FUTEX_WAKE = 1;

    private static final String RESTORED = "read-restore-time";
    private static final String COMPLETE = "complete-exit";
    private static final String IDLE = "idle";

    private RunSteps() {}

    static void add(StepList steps) {
        steps.step(START, RunSteps::openPorts)
                .step("ports-opened", RunSteps::portsOpened)
                .event("P52", "report-start", RunSteps::reportStart)
                .step("start-reported", RunSteps::startReported)
                .step(RESTORED, process -> PartitionSteps.getRegisters(process, RegisterName.TIME_REF_COUNT))
                .event("V09", "report-restored", SaveSteps::reportRestored)
                .step("log-blackout", SaveSteps::logBlackout)
                .event("P53", UNITS, RunSteps::startStateUnits)
                .step("units-started", process -> process.cpu().jumpTo(HostThreadSteps.CREATE))
                .event("P54", ENTER, RunSteps::enterVtl0)
                .event("P55", "first-exit", RunSteps::dispatch)
                .step("continue-exit", process -> process.cpu().jumpTo(FORWARD))
                .step(RUN, RunSteps::returnToVtl0)
                .step("dispatch-exit", RunSteps::dispatch)
                .step(FORWARD, RunSteps::forwardByte)
                .step("write-byte", RunSteps::writeByte)
                .step("byte-written", process -> process.result("write " + KernelFiles.PORT))
                .step(COMPLETE, RunSteps::completeExit)
                .step("exit-completed", RunSteps::exitCompleted)
                .step(PARK, RunSteps::park)
                .step("vp-parked", process -> process.cpu().jumpTo(IDLE))
                .step("stop-vp", RunSteps::stopVp)
                .step("vp-stopped", RunSteps::wakeServicing)
                .step(IDLE, RunSteps::idle)
                .step("idle-again", process -> process.cpu().jumpTo(IDLE));
    }

    private static void startStateUnits(ParavisorProcess process) {
        GuestDevices devices = new StateBuffer(process)
                .restored(SavedDevices.NAME)
                .map(SavedDevices::decode)
                .orElse(GuestDevices.RESET);
        process.cpu().keep(devices);
        process.log(startsPaused(process) ? "VTL0 starts paused" : "state units start");
    }

    static boolean startsPaused(ParavisorProcess process) {
        return new Inputs(process).options().flag(ParavisorOption.VTL0_STARTS_PAUSED);
    }

    private static void openPorts(ParavisorProcess process) {
        process.open(KernelFiles.PORT, OpenFlags.RDWR | OpenFlags.CLOEXEC, 0);
    }

    /** Without a host channel there is nobody to tell. */
    private static void portsOpened(ParavisorProcess process) {
        process.set(Variable.PORT_FILE, process.result("open " + KernelFiles.PORT));
        process.set(Variable.STOPPING, 0);
        process.set(Variable.BROKEN, 0);
        if (!new HostChannel(process).isOpen()) {
            process.cpu().jumpTo(UNITS);
        } else if (new StateBuffer(process).isRestored()) {
            process.cpu().jumpTo(RESTORED);
        }
    }

    private static void reportStart(ParavisorProcess process) {
        new HostChannel(process)
                .post(GetMessage.of(
                        GetMessage.HOST_NOTIFICATION,
                        GetMessage.VTL0_STARTED,
                        new ByteWriter().u32(GetMessage.SUCCESS).u32(0).toBytes()));
    }

    private static void startReported(ParavisorProcess process) {
        process.result("report the start of VTL0");
        process.cpu().jumpTo(UNITS);
    }

    private static void enterVtl0(ParavisorProcess process) {
        if (startsPaused(process)) {
            process.cpu().jumpTo(IDLE);
            return;
        }
        RunPage run = new RunPage(process.cpu().memory(), process.get(Variable.RUN_PAGE));
        SaveSteps.savedContext(process, 0).ifPresent(run::setCpuContext);
        returnToVtl0(process);
    }

    /** The VP does not run VTL0 any more; who waits for that looks again. */
    private static void park(ParavisorProcess process) {
        process.add(Variable.PARKED, 1);
        wakeServicing(process);
    }

    private static void wakeServicing(ParavisorProcess process) {
        process.cpu().systemCall(Syscall.FUTEX, process.addressOf(Variable.PARKED), FUTEX_WAKE, 1, 0);
    }

    private static void returnToVtl0(ParavisorProcess process) {
        RunPage run = new RunPage(process.cpu().memory(), process.get(Variable.RUN_PAGE));
        run.setCancel(0);
        if (process.get(Variable.STOPPING) != 0) {
            process.cpu().jumpTo(PARK);
            return;
        }
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
        ExitAction action = decide(process, context.exit());
        action.registers().forEach(context::set);
        action.log().ifPresent(action.stopped() ? process::critical : process::warn);
    }

    /** Decides how an exit of VTL0 is completed, and notes it; registers and log are left to the caller. */
    static ExitAction decide(ParavisorProcess process, Vtl0Exit exit) {
        GuestDevices devices = process.cpu().kept(GuestDevices.class).orElse(GuestDevices.RESET);
        ExitAction action = new ExitHandler(devices).handle(exit);
        process.cpu().keep(action.devices());
        process.set(Variable.EXIT_HAS_RIP, action.rip().isPresent() ? 1 : 0);
        process.set(Variable.EXIT_RIP, action.rip().orElse(0));
        process.set(Variable.EXIT_COM1, action.com1Output().orElse(-1));
        process.set(Variable.EXIT_HALTS, action.halted() ? 1 : 0);
        process.set(Variable.EXIT_STOPS, action.stopped() ? 1 : 0);
        return action;
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
        if (process.get(Variable.RUN_PAGE) == 0) {
            process.cpu().jumpTo(SidecarExitSteps.COMPLETE);
            return;
        }
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

    private static void stopVp(ParavisorProcess process) {
        process.add(Variable.BROKEN, 1);
        process.log("VP " + process.get(Variable.VP) + " does not run any more");
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
