package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.Syscall;
import dev.igvmtool.abi.mshv.RunPage;
import dev.igvmtool.machine.guest.Cpu;
import java.util.Optional;

/**
 * One thread for each further VP of Linux: pinned to its CPU, with its own variables, buffers and run page, it runs its VP
 * as the first thread runs VP 0. A thread finds its area by R15.
 */
final class ThreadSteps {
    /** The step that makes the thread of the VP at hand. */
    static final String CREATE = "allocate-vp-thread";

    private static final String PIN = "pin-vp-thread";

    /** Memory, file system view, descriptors, signal handlers and thread group of the process. */
    private static final int THREAD_FLAGS = 0x1_0f00;

    private static final int MASK_BYTES = 256;

    private ThreadSteps() {}

    static void add(StepList steps) {
        steps.step(CREATE, process -> process.mapAnonymous(DataLayout.THREAD_SIZE))
                .step("clone-vp-thread", ThreadSteps::cloneThread)
                .step("vp-thread-cloned", ThreadSteps::cloned)
                .step(PIN, ThreadSteps::pin)
                .step("vp-thread-pinned", ThreadSteps::pinned);
        LowerPageSteps.add(steps, "map-vp-run-page", "vp-waits");
        steps.step("vp-waits", ThreadSteps::waitForStart);
    }

    private static void cloneThread(ParavisorProcess process) {
        long area = process.result("allocate a thread");
        long maker = process.isFirstThread() ? 0 : process.thread();
        ParavisorProcess thread = process.become(area);
        thread.set(Variable.MAKER, maker);
        thread.set(Variable.VP, process.get(maker == 0 ? Variable.INDEX : Variable.VP));
        thread.set(Variable.FROM_SIDECAR, maker == 0 ? 0 : 1);
        process.cpu().systemCall(Syscall.CLONE, THREAD_FLAGS, area + DataLayout.THREAD_SIZE, 0, 0, 0);
    }

    /** Both threads come here: the new one with 0, its maker with the id of the new one. */
    private static void cloned(ParavisorProcess process) {
        Cpu cpu = process.cpu();
        if (process.rawResult() == 0) {
            cpu.jumpTo(PIN);
        } else {
            long maker = process.get(Variable.MAKER);
            process.become(maker).result("start a thread");
            cpu.jumpTo(maker == 0 ? VpSteps.NEXT : SidecarExitSteps.MOVED);
        }
    }

    private static void pin(ParavisorProcess process) {
        int vp = process.getInt(Variable.VP);
        long mask = process.at(DataLayout.BUFFER);
        process.cpu().memory().zero(mask, MASK_BYTES);
        process.cpu().memory().writeU8(mask + vp / 8, 1 << vp % 8);
        process.cpu().systemCall(Syscall.SCHED_SETAFFINITY, 0, MASK_BYTES, mask);
    }

    private static void pinned(ParavisorProcess process) {
        process.result("pin the thread of VP " + process.get(Variable.VP));
    }

    /** Where the hypervisor keeps VTL0, it waits there; otherwise here. */
    private static void waitForStart(ParavisorProcess process) {
        if (new Inputs(process).rules().isHardware()) {
            Vtl0Context.of(process).setHalted(true);
        } else {
            RunPage run = new RunPage(process.cpu().memory(), process.get(Variable.RUN_PAGE));
            sharedRegisters(process).ifPresent(run::setCpuContext);
        }
        process.cpu().jumpTo(RunSteps.RUN);
    }

    /** What the VP has in the registers that VTLs share, if it has run before. */
    private static Optional<Bytes> sharedRegisters(ParavisorProcess process) {
        int vp = process.getInt(Variable.VP);
        return process.get(Variable.FROM_SIDECAR) != 0
                ? Optional.of(new SidecarTable(process).commandPage(vp).cpuContext())
                : SaveSteps.savedContext(process, vp);
    }
}
