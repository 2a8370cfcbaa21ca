package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.HvPrivilege;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.InterceptType;
import dev.igvmtool.abi.hv.MessageType;
import dev.igvmtool.abi.hv.PostMessageInput;
import java.util.OptionalInt;

/** {@code HvCallPostMessage}: a message to whoever has the port behind a connection. */
final class PostMessage implements Hypercall {
    @Override
    public HypercallCode code() {
        return HypercallCode.POST_MESSAGE;
    }

    @Override
    public Shape shape() {
        return Shape.simple(PostMessageInput.CODEC.size(), 0);
    }

    @Override
    public long privileges() {
        return HvPrivilege.POST_MESSAGES;
    }

    @Override
    public OptionalInt answeredBy(HypercallFrame frame) {
        int connection = frame.header(PostMessageInput.CODEC).connectionId();
        boolean known = frame.partition().connections().isKnown(connection);
        return known ? OptionalInt.empty() : frame.interceptor(InterceptType.UNKNOWN_SYNIC_CONNECTION);
    }

    @Override
    public int run(HypercallFrame frame) {
        PostMessageInput input = frame.header(PostMessageInput.CODEC);
        HypercallFrame.requireZero(input.padding());
        boolean own = input.messageType() > MessageType.NONE;
        HypercallFrame.require(own && input.payloadSize() <= HvMessage.MAX_PAYLOAD, HvStatus.INVALID_PARAMETER);
        return frame.partition()
                .connections()
                .post(input.connectionId(), input.messageType(), input.payload().slice(0, (int) input.payloadSize()));
    }
}
