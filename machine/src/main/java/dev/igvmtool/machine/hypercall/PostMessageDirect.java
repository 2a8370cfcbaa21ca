package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.MessageType;
import dev.igvmtool.abi.hv.PostMessageDirectInput;
import dev.igvmtool.machine.synic.SynIc;

/** {@code HvCallPostMessageDirect}: puts a message into a slot of a VP, as the server of a bus does. */
final class PostMessageDirect implements Hypercall {
    @Override
    public HypercallCode code() {
        return HypercallCode.POST_MESSAGE_DIRECT;
    }

    @Override
    public Shape shape() {
        return Shape.simple(PostMessageDirectInput.CODEC.size(), 0);
    }

    @Override
    public int run(HypercallFrame frame) {
        PostMessageDirectInput input = frame.header(PostMessageDirectInput.CODEC);
        HypercallFrame.requireZero(input.padding1());
        RegisterTarget target = RegisterTarget.ofPlainVtl(
                frame, input.partitionId(), input.vpIndex(), input.targetVtl(), input.padding0());
        HvMessage message = HvMessage.CODEC.read(input.message());
        HypercallFrame.require(
                input.sint() < SynIc.SINTS && message.type() != MessageType.NONE, HvStatus.INVALID_PARAMETER);
        return SynIc.post(target.vp(), target.vtl(), input.sint(), message);
    }
}
