package dev.igvmtool.paravisor;

import dev.igvmtool.abi.get.GetMessage;
import dev.igvmtool.abi.linux.PollEvents;
import dev.igvmtool.abi.linux.Syscall;

/**
 * The thread that waits for what does not come from a VP of its own: messages of the host, which {@link ServicingSteps} heeds,
 * and exits of the VPs that the sidecar runs, which {@link SidecarExitSteps} completes.
 *
 * <p>Differs: the real paravisor has a task for each such VP on the thread of its node's first CPU.
 */
final class HostThreadSteps {
    /** The step that makes the thread. */
    static final String CREATE = "allocate-host-thread";

    /** The step that waits. */
    static final String LISTEN = "await-host";

    private static final String RECEIVE = "receive-message";

    /** Memory, file system view, descriptors, signal handlers and thread group of the process. */
    private static final int THREAD_FLAGS = 0x1_0f00;

    private static final long FOR_EVER = -1;

    private HostThreadSteps() {}

    static void add(StepList steps) {
        steps.step(CREATE, HostThreadSteps::allocate)
                .step("clone-host-thread", HostThreadSteps::cloneThread)
                .step("host-thread-cloned", HostThreadSteps::cloned)
                .step(LISTEN, HostThreadSteps::listen)
                .step("host-heard", HostThreadSteps::choose)
                .step(RECEIVE, process -> new HostChannel(process).receive())
                .step("message-received", HostThreadSteps::received);
    }

    /** Without anything to wait for there is no thread. */
    private static void allocate(ParavisorProcess process) {
        if (new HostChannel(process).isOpen() || new SidecarTable(process).size() > 0) {
            process.mapAnonymous(DataLayout.THREAD_SIZE);
        } else {
            process.cpu().jumpTo(RunSteps.ENTER);
        }
    }

    private static void cloneThread(ParavisorProcess process) {
        long area = process.result("allocate the host thread");
        process.become(area);
        process.cpu().systemCall(Syscall.CLONE, THREAD_FLAGS, area + DataLayout.THREAD_SIZE, 0, 0, 0);
    }

    /** Both threads come here: the new one with 0, the first one with the id of the new one. */
    private static void cloned(ParavisorProcess process) {
        if (process.rawResult() != 0) {
            process.become(0).result("start the host thread");
            process.cpu().jumpTo(RunSteps.ENTER);
        }
    }

    /** The host channel comes first, then the nodes of the sidecar. */
    private static void listen(ParavisorProcess process) {
        if (process.get(Variable.SAVE_REQUESTED) != 0) {
            process.cpu().jumpTo(ServicingSteps.SAVE);
            return;
        }
        SidecarTable table = new SidecarTable(process);
        await(process, 0, process.get(Variable.GET_FILE));
        for (int i = 0; i < table.size(); i++) {
            await(process, i + 1, table.node(i).file());
        }
        process.cpu().systemCall(Syscall.POLL, entry(process, 0), table.size() + 1L, FOR_EVER);
    }

    private static void await(ParavisorProcess process, int index, long file) {
        process.cpu().memory().writeU32(entry(process, index), file & 0xffff_ffffL);
        process.cpu().memory().writeU32(entry(process, index) + PollEvents.WANTED, PollEvents.IN);
    }

    private static long entry(ParavisorProcess process, int index) {
        return process.at(DataLayout.BUFFER) + (long) index * PollEvents.ENTRY_BYTES;
    }

    private static void choose(ParavisorProcess process) {
        process.result("wait for host and sidecar");
        process.cpu().jumpTo(LISTEN);
        for (int i = 0; i <= new SidecarTable(process).size(); i++) {
            if (process.cpu().memory().readU16(entry(process, i) + PollEvents.RETURNED) != 0) {
                if (i == 0) {
                    process.cpu().jumpTo(RECEIVE);
                } else {
                    SidecarExitSteps.take(process, i - 1);
                }
                return;
            }
        }
    }

    private static void received(ParavisorProcess process) {
        GetMessage message = new HostChannel(process).received();
        if (message.is(GetMessage.GUEST_NOTIFICATION, GetMessage.SAVE)) {
            process.cpu().jumpTo(ServicingSteps.SAVE);
        } else {
            process.cpu().jumpTo(LISTEN);
            process.warn(String.format(
                    "message %d of type %d of the host is ignored",
                    message.header().id(), message.header().type()));
        }
    }
}
