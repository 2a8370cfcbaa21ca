package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.SignalEventDirectInput;
import dev.igvmtool.machine.synic.SynIc;

/** {@code HvCallSignalEventDirect}: sets an event flag of a VP, as the device behind a channel does. */
final class SignalEventDirect implements Hypercall {
    @Override
    public HypercallCode code() {
        return HypercallCode.SIGNAL_EVENT_DIRECT;
    }

    @Override
    public Shape shape() {
        return Shape.simple(SignalEventDirectInput.CODEC.size(), Long.BYTES);
    }

    @Override
    public int run(HypercallFrame frame) {
        SignalEventDirectInput input = frame.header(SignalEventDirectInput.CODEC);
        RegisterTarget target =
                RegisterTarget.ofPlainVtl(frame, input.partitionId(), input.vpIndex(), input.targetVtl(), Bytes.EMPTY);
        HypercallFrame.require(input.sint() < SynIc.SINTS && input.flag() < SynIc.FLAGS, HvStatus.INVALID_PARAMETER);
        HypercallFrame.require(SynIc.canSignal(target.vp(), target.vtl(), input.sint()), HvStatus.INVALID_SYNIC_STATE);
        boolean newly = SynIc.signal(target.vp(), target.vtl(), input.sint(), input.flag());
        frame.putU64(0, newly ? 1 : 0);
        return HvStatus.SUCCESS;
    }
}
