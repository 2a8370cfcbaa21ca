package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.get.GetMessage;
import dev.igvmtool.abi.get.RestorePiece;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.abi.mshv.MshvDevices;
import java.util.Optional;

/**
 * The host channel at the start (events P20 and P23): version, and the state that an earlier instance left with the host.
 *
 * <p>Differs: a host without the channel is tolerated, platform settings (P21) are not asked for but the defaults, and the
 * state is asked for without the setting that says that there is one; a host that keeps none answers with an empty one.
 */
final class GetSteps {
    private static final String STATE = "ask-for-state";
    private static final String READ_VERSION = "await-version";
    private static final String READ_STATE = "await-state";
    private static final String DONE = "channel-ready";

    private GetSteps() {}

    static void add(StepList steps) {
        steps.step("open-get", process -> process.open(MshvDevices.SINT, OpenFlags.RDWR | OpenFlags.CLOEXEC, 0))
                .event("P20", "negotiate-version", GetSteps::negotiateVersion)
                .step("version-posted", GetSteps::versionPosted)
                .step(READ_VERSION, process -> new HostChannel(process).receive())
                .step("version-answered", GetSteps::versionAnswered)
                .event("P23", STATE, GetSteps::askForState)
                .step("state-posted", process -> process.result("ask the host for saved state"))
                .step(READ_STATE, process -> new HostChannel(process).receive())
                .step("state-answered", GetSteps::stateAnswered)
                .step(DONE, GetSteps::logChannel);
    }

    private static void negotiateVersion(ParavisorProcess process) {
        long file = process.rawResult();
        process.set(Variable.GET_FILE, Errno.isError(file) ? HostChannel.NONE : file);
        process.set(Variable.SAVED_SIZE, 0);
        process.set(Variable.SAVE_REQUESTED, 0);
        if (Errno.isError(file)) {
            process.cpu().jumpTo(DONE);
            return;
        }
        new HostChannel(process)
                .post(GetMessage.of(
                        GetMessage.HOST_REQUEST,
                        GetMessage.NEGOTIATE_VERSION,
                        new ByteWriter().u32(GetMessage.PROTOCOL_VERSION).toBytes()));
    }

    private static void versionPosted(ParavisorProcess process) {
        if (Errno.isError(process.rawResult())) {
            process.set(Variable.GET_FILE, HostChannel.NONE);
            process.cpu().jumpTo(DONE);
        }
    }

    private static void versionAnswered(ParavisorProcess process) {
        Optional<Bytes> answer = new HostChannel(process).answer(GetMessage.NEGOTIATE_VERSION);
        if (answer.isEmpty()) {
            process.cpu().jumpTo(READ_VERSION);
        } else if (answer.get().u8(0) == 0) {
            throw new ParavisorFailure("host refuses version 4.2 of its channel");
        }
    }

    private static void askForState(ParavisorProcess process) {
        new HostChannel(process)
                .post(GetMessage.of(
                        GetMessage.HOST_REQUEST,
                        GetMessage.RESTORE_STATE,
                        new ByteWriter().u16(GetMessage.REQUEST_DATA).toBytes()));
    }

    private static void stateAnswered(ParavisorProcess process) {
        Optional<Bytes> answer = new HostChannel(process).answer(GetMessage.RESTORE_STATE);
        if (answer.isEmpty()) {
            process.cpu().jumpTo(READ_STATE);
            return;
        }
        RestorePiece piece = RestorePiece.read(answer.get());
        new StateBuffer(process).append(piece.content());
        if (piece.status() == GetMessage.MORE) {
            process.cpu().jumpTo(STATE);
        } else if (piece.status() != GetMessage.SUCCESS) {
            throw new ParavisorFailure("host fails to restore the state: status " + piece.status());
        }
    }

    private static void logChannel(ParavisorProcess process) {
        long size = process.get(Variable.SAVED_SIZE);
        process.set(Variable.RESTORED, size > 0 ? 1 : 0);
        if (!new HostChannel(process).isOpen()) {
            process.log("no host channel (GET), so default settings apply, and there is no servicing");
        } else {
            process.log("host channel of version 4.2, "
                    + (size > 0 ? "state of " + size + " bytes to restore" : "nothing to restore"));
        }
    }
}
