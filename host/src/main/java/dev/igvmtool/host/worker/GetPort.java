package dev.igvmtool.host.worker;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.get.GetChannel;
import dev.igvmtool.abi.get.GetMessage;
import dev.igvmtool.abi.get.RestorePiece;
import dev.igvmtool.abi.get.SavePiece;
import dev.igvmtool.abi.get.SaveRequest;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.machine.synic.HostPort;
import dev.igvmtool.machine.synic.SynIc;
import dev.igvmtool.machine.vp.Vp;

/**
 * The host's end of the guest emulation transport: it agrees on the version, keeps the state that VTL2 leaves for its
 * successor and gives it to that one.
 */
public final class GetPort implements HostPort {
    private static final int VTL2 = 2;
    private static final int MAX_STATE = 1 << 24;

    private final Vp bootProcessor;
    private State state = new State(Phase.STARTING, Bytes.EMPTY, Bytes.EMPTY, 0);

    /** What VTL2 is doing, as far as its messages tell. */
    public enum Phase {
        /** It has not said that VTL0 runs. */
        STARTING,
        RUNNING,
        /** It has been asked for its state. */
        SAVING,
        /** Its state is here, and it waits to be replaced. */
        SAVED,
        /** It was asked for its state, and has failed to give it. */
        SAVE_FAILED
    }

    /**
     * What the host knows.
     *
     * @param arriving the pieces of state so far
     * @param kept the last whole state
     * @param given bytes of it that VTL2 has been given
     */
    private record State(Phase phase, Bytes arriving, Bytes kept, int given) {
        State in(Phase newPhase) {
            return new State(newPhase, arriving, kept, given);
        }
    }

    GetPort(Vp bootProcessor) {
        this.bootProcessor = bootProcessor;
    }

    /** What VTL2 is doing. */
    public Phase phase() {
        return state.phase;
    }

    /**
     * Asks VTL2 for its state; false if it does not listen.
     *
     * @param correlation GUID that belongs to this servicing
     */
    public boolean requestSave(Bytes correlation) {
        SaveRequest request = new SaveRequest(correlation, 0, SaveRequest.USUAL_TIMEOUT);
        boolean sent =
                send(GetMessage.of(GetMessage.GUEST_NOTIFICATION, GetMessage.SAVE, SaveRequest.CODEC.toBytes(request)));
        if (sent) {
            state = new State(Phase.SAVING, Bytes.EMPTY, state.kept, 0);
        }
        return sent;
    }

    /** VTL2 has been replaced. */
    void restart() {
        state = state.in(Phase.STARTING);
    }

    @Override
    public int post(int messageType, Bytes payload) {
        if (messageType != GetChannel.MESSAGE_TYPE) {
            return HvStatus.INVALID_PARAMETER;
        }
        try {
            take(GetMessage.read(payload));
            return HvStatus.SUCCESS;
        } catch (FormatException e) {
            return HvStatus.INVALID_PARAMETER;
        }
    }

    private void take(GetMessage message) {
        if (message.is(GetMessage.HOST_REQUEST, GetMessage.NEGOTIATE_VERSION)) {
            boolean accepted = message.body().u32(0) == GetMessage.PROTOCOL_VERSION;
            answer(message, new ByteWriter().u16(accepted ? 1 : 0).toBytes());
        } else if (message.is(GetMessage.HOST_REQUEST, GetMessage.SAVE_STATE)) {
            int status = keep(SavePiece.read(message.body()));
            answer(message, new ByteWriter().u16(status).toBytes());
        } else if (message.is(GetMessage.HOST_REQUEST, GetMessage.RESTORE_STATE)) {
            answer(message, nextPiece().toBytes());
        } else if (message.is(GetMessage.HOST_NOTIFICATION, GetMessage.VTL0_STARTED)
                || message.is(GetMessage.HOST_NOTIFICATION, GetMessage.RESTORED)) {
            state = state.in(Phase.RUNNING);
        } else {
            throw new FormatException(String.format(
                    "message %d of type %d",
                    message.header().id(), message.header().type()));
        }
    }

    private int keep(SavePiece piece) {
        if (state.phase != Phase.SAVING) {
            return GetMessage.FAILURE;
        }
        Bytes all =
                new ByteWriter().bytes(state.arriving).bytes(piece.content()).toBytes();
        if (piece.status() == GetMessage.MORE && all.size() <= MAX_STATE) {
            state = new State(Phase.SAVING, all, state.kept, 0);
            return GetMessage.SUCCESS;
        }
        boolean whole = piece.status() == GetMessage.SUCCESS && all.size() <= MAX_STATE;
        state = whole
                ? new State(Phase.SAVED, Bytes.EMPTY, all, 0)
                : new State(Phase.SAVE_FAILED, Bytes.EMPTY, state.kept, 0);
        return whole ? GetMessage.SUCCESS : GetMessage.FAILURE;
    }

    private RestorePiece nextPiece() {
        int count = Math.min(RestorePiece.MAX_CONTENT, state.kept.size() - state.given);
        Bytes content = state.kept.slice(state.given, count);
        boolean last = state.given + count == state.kept.size();
        state = new State(state.phase, state.arriving, state.kept, last ? 0 : state.given + count);
        return new RestorePiece(last ? GetMessage.SUCCESS : GetMessage.MORE, content);
    }

    private void answer(GetMessage request, Bytes body) {
        send(GetMessage.of(GetMessage.HOST_RESPONSE, request.header().id(), body));
    }

    private boolean send(GetMessage message) {
        HvMessage carrier = new HvMessage(GetChannel.MESSAGE_TYPE, message.toBytes());
        return bootProcessor.state().hasVtl(VTL2)
                && SynIc.queue(bootProcessor, VTL2, GetChannel.SINT, carrier) == HvStatus.SUCCESS;
    }

    @Override
    public Record save() {
        return state;
    }

    @Override
    public void restore(Record saved) {
        state = (State) saved;
    }
}
