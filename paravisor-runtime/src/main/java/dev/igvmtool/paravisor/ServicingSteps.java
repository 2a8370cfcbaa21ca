package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.get.GetMessage;
import dev.igvmtool.abi.get.SavePiece;
import dev.igvmtool.abi.linux.Syscall;
import dev.igvmtool.abi.mshv.KickCpusArgument;
import dev.igvmtool.abi.mshv.MshvIoctl;

/**
 * The host wishes to replace this instance: the host thread stops the VPs (events V01 and V02). {@link SaveSteps} does the
 * rest.
 *
 * <p>Differs: there is no watchdog for the time that the host gives.
 */
final class ServicingSteps {
    /** The first step. */
    static final String SAVE = "save-requested";

    private static final String AWAIT_VPS = "await-vps";
    private static final String REFUSE = "refuse-to-save";

    private static final int FUTEX_WAIT = 0;
    private static final int MASK_BYTES = 256;

    private ServicingSteps() {}

    static void add(StepList steps) {
        steps.event("V01", SAVE, ServicingSteps::begin)
                .event("V02", "stop-vps", ServicingSteps::stopVps)
                .step(AWAIT_VPS, ServicingSteps::awaitVps)
                .step("await-vps-again", process -> process.cpu().jumpTo(AWAIT_VPS))
                .step(REFUSE, ServicingSteps::refuse)
                .step("refused", ServicingSteps::refused);
    }

    private static void begin(ParavisorProcess process) {
        process.set(Variable.SAVE_REQUESTED, 0);
        if (RunSteps.startsPaused(process)) {
            process.cpu().jumpTo(REFUSE);
            return;
        }
        process.set(Variable.PARKED, 0);
        process.set(Variable.STOPPING, 1);
        process.log("the host wants to service VTL2");
    }

    /** Every VP thread leaves VTL0 and finds that it is to stop. */
    private static void stopVps(ParavisorProcess process) {
        long mask = process.at(DataLayout.BUFFER);
        for (int i = 0; i < MASK_BYTES; i++) {
            process.cpu().memory().writeU8(mask + i, 0xff);
        }
        process.ioctl(
                process.get(Variable.VTL_FILE),
                MshvIoctl.KICK_CPUS,
                process.argument(
                        KickCpusArgument.CODEC, new KickCpusArgument(MASK_BYTES, mask, KickCpusArgument.CANCEL_RUN)));
    }

    private static void awaitVps(ParavisorProcess process) {
        long parked = process.get(Variable.PARKED);
        if (parked + process.get(Variable.BROKEN) < new Inputs(process).online().count()) {
            process.cpu().systemCall(Syscall.FUTEX, process.addressOf(Variable.PARKED), FUTEX_WAIT, parked, 0);
        } else {
            process.cpu().jumpTo(SaveSteps.FIRST);
        }
    }

    private static void refuse(ParavisorProcess process) {
        new HostChannel(process)
                .post(GetMessage.of(
                        GetMessage.HOST_REQUEST,
                        GetMessage.SAVE_STATE,
                        new SavePiece(GetMessage.FAILURE, Bytes.EMPTY).toBytes()));
    }

    private static void refused(ParavisorProcess process) {
        process.result("refuse to save");
        process.cpu().jumpTo(HostThreadSteps.LISTEN);
        process.warn("VTL2 is not serviced while VTL0 is paused");
    }
}
