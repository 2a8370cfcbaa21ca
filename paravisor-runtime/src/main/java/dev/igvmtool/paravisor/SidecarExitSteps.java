package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.RegisterAssociation;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.linux.KernelFiles;
import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.abi.linux.Syscall;
import dev.igvmtool.abi.sidecar.CommandPage;
import dev.igvmtool.abi.sidecar.SidecarCommand;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.paravisor.config.ParavisorOption;
import dev.igvmtool.paravisor.exit.ExitAction;
import dev.igvmtool.paravisor.exit.ExitReason;
import dev.igvmtool.paravisor.exit.MessageExit;

/**
 * Exits of VPs that the sidecar runs, completed by the host thread. The first exit of a VP also ends its time in the sidecar:
 * its CPU is brought online in Linux and gets a thread, which goes on with the VP. One CPU moves at a time, and none comes
 * back before the next instance of VTL2.
 */
final class SidecarExitSteps {
    /** The step that completes an exit, whose output has been forwarded. */
    static final String COMPLETE = "complete-sidecar-exit";

    /** The step that goes on when the VP has a thread. */
    static final String MOVED = "vp-moved";

    private static final String EXITED = "sidecar-vp-exited";
    private static final String PLACE = "place-vp";
    private static final String RESUMED = "sidecar-vp-resumed";

    private SidecarExitSteps() {}

    static void add(StepList steps) {
        steps.step(EXITED, SidecarExitSteps::exited)
                .step("sidecar-exit-decided", process -> process.cpu().jumpTo(RunSteps.FORWARD))
                .step(COMPLETE, SidecarExitSteps::complete)
                .step("sidecar-exit-completed", SidecarExitSteps::completed)
                .step(PLACE, SidecarExitSteps::place)
                .step("order-cpu", SidecarExitSteps::orderCpu)
                .step("cpu-ordered", SidecarExitSteps::cpuOrdered)
                .step(
                        "reopen-online-cpus",
                        process -> process.open(KernelFiles.CPU_ONLINE, OpenFlags.RDONLY | OpenFlags.CLOEXEC, 0))
                .step("reread-online-cpus", VpSteps::readOnlineCpus)
                .step("close-online-cpus", SidecarExitSteps::closeOnline)
                .step("make-vp-thread", process -> process.cpu().jumpTo(ThreadSteps.CREATE))
                .step(MOVED, SidecarExitSteps::moved)
                .step(RESUMED, SidecarExitSteps::resumed)
                .step("listen-again", process -> process.cpu().jumpTo(HostThreadSteps.LISTEN));
    }

    /** Asks a node which of its VPs has exited. */
    static void take(ParavisorProcess process, int node) {
        process.cpu().jumpTo(EXITED);
        process.cpu()
                .systemCall(
                        Syscall.READ,
                        new SidecarTable(process).node(node).file(),
                        process.at(DataLayout.ARGUMENT),
                        Integer.BYTES);
    }

    /** The number of the VP that a read of {@link #take} gave; -1 if there is none. */
    private static int vp(ParavisorProcess process) {
        if (process.rawResult() == Errno.EAGAIN.result()) {
            return -1;
        }
        process.result("ask which sidecar CPU has exited");
        return (int) process.cpu().memory().readU32(process.at(DataLayout.ARGUMENT));
    }

    private static void exited(ParavisorProcess process) {
        int vp = vp(process);
        if (vp < 0) {
            process.cpu().jumpTo(HostThreadSteps.LISTEN);
            return;
        }
        process.set(Variable.VP, vp);
        CommandPage page = page(process);
        if (page.hasError()) {
            throw new ParavisorFailure("sidecar CPU " + vp + ": " + page.error());
        }
        if (process.cpu().memory().readU8(page.requestData()) == 0) {
            // Nobody has stopped it. It did not come to VTL0's next exit, so it goes on.
            process.cpu().jumpTo(RESUMED);
            VpSteps.runSidecarVp(process, vp);
            return;
        }
        ExitAction action = RunSteps.decide(
                process, MessageExit.of(HvMessage.CODEC.read(page.interceptMessage()), page.gpr(Gpr.RAX)));
        action.registers().forEach(page::setGpr);
        action.log().ifPresent(action.stopped() ? process::critical : process::warn);
    }

    private static CommandPage page(ParavisorProcess process) {
        return new SidecarTable(process).commandPage(process.getInt(Variable.VP));
    }

    private static void complete(ParavisorProcess process) {
        int vp = process.getInt(Variable.VP);
        if (process.get(Variable.EXIT_STOPS) != 0) {
            new StoppedVps(process).add(vp);
            process.cpu().jumpTo(HostThreadSteps.LISTEN);
            process.log("VP " + vp + " does not run any more");
        } else if (process.get(Variable.EXIT_HAS_RIP) == 0) {
            process.cpu().jumpTo(PLACE);
        } else {
            // The command takes the place of the exit in the command page, but for message and registers.
            RegisterValue rip = RegisterValue.of(process.get(Variable.EXIT_RIP));
            VpSteps.registerCommand(
                    process, vp, SidecarCommand.SET_VP_REGISTERS, new RegisterAssociation(RegisterName.RIP, rip));
        }
    }

    private static void completed(ParavisorProcess process) {
        VpSteps.checkRegisterCommand(process, process.getInt(Variable.VP));
    }

    private static void place(ParavisorProcess process) {
        int vp = process.getInt(Variable.VP);
        if (new Inputs(process).options().flag(ParavisorOption.NO_SIDECAR_HOTPLUG)) {
            process.cpu().jumpTo(RESUMED);
            VpSteps.runSidecarVp(process, vp);
        } else {
            process.open(KernelFiles.cpuOnline(vp), OpenFlags.WRONLY | OpenFlags.CLOEXEC, 0);
        }
    }

    /** Linux asks the sidecar to let the CPU go, and starts it. */
    private static void orderCpu(ParavisorProcess process) {
        process.set(Variable.FILE, process.result("open the online file of CPU " + process.get(Variable.VP)));
        process.cpu().memory().writeBytes(process.at(DataLayout.ARGUMENT), Bytes.utf8("1"));
        process.cpu().systemCall(Syscall.WRITE, process.get(Variable.FILE), process.at(DataLayout.ARGUMENT), 1);
    }

    private static void cpuOrdered(ParavisorProcess process) {
        process.result("bring CPU " + process.get(Variable.VP) + " online");
        process.close(process.get(Variable.FILE));
    }

    private static void closeOnline(ParavisorProcess process) {
        process.set(Variable.ONLINE_SIZE, process.result("read " + KernelFiles.CPU_ONLINE));
        process.close(process.get(Variable.FILE));
    }

    private static void moved(ParavisorProcess process) {
        process.cpu().jumpTo(HostThreadSteps.LISTEN);
        HvMessage exit = HvMessage.CODEC.read(page(process).interceptMessage());
        process.log("VP " + process.get(Variable.VP) + " has left the sidecar for Linux: " + ExitReason.of(exit));
    }

    private static void resumed(ParavisorProcess process) {
        process.result("let a sidecar CPU go on");
    }
}
