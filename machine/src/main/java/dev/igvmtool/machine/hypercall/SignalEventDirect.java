package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.SignalEventDirectInput;
import dev.igvmtool.machine.synic.SynIc;
import dev.igvmtool.machine.vp.Vp;

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
        int status = SynIcTarget.check(frame, input.partitionId(), input.vpIndex(), input.targetVtl(), input.sint());
        if (status != HvStatus.SUCCESS) {
            return status;
        }
        Vp vp = SynIcTarget.vp(frame, input.vpIndex());
        int vtl = frame.vtl(input.targetVtl());
        if (input.flag() >= SynIc.FLAGS) {
            return HvStatus.INVALID_PARAMETER;
        }
        if (!SynIc.canSignal(vp, vtl, input.sint())) {
            return HvStatus.INVALID_SYNIC_STATE;
        }
        frame.putU64(0, SynIc.signal(vp, vtl, input.sint(), input.flag()) ? 1 : 0);
        return HvStatus.SUCCESS;
    }
}
