package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
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
        int status = SynIcTarget.check(frame, input.partitionId(), input.vpIndex(), input.targetVtl(), input.sint());
        if (status != HvStatus.SUCCESS) {
            return status;
        }
        HvMessage message = HvMessage.CODEC.read(input.message());
        return SynIc.post(SynIcTarget.vp(frame, input.vpIndex()), frame.vtl(input.targetVtl()), input.sint(), message);
    }
}
