package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.VpStartInput;
import dev.igvmtool.machine.vp.RunState;
import dev.igvmtool.machine.vp.Vp;

/**
 * {@code HvCallStartVirtualProcessor}: runs a VP in a VTL that is enabled, with the registers given. A VP that runs
 * already is refused; one that has halted or stopped starts anew, as Linux takes VPs over from the sidecar kernel.
 */
final class StartVirtualProcessor implements Hypercall {
    @Override
    public HypercallCode code() {
        return HypercallCode.START_VIRTUAL_PROCESSOR;
    }

    @Override
    public Shape shape() {
        return Shape.simple(VpStartInput.CODEC.size(), 0);
    }

    @Override
    public int run(HypercallFrame frame) {
        VpStartInput input = frame.header(VpStartInput.CODEC);
        if (!frame.isOwnPartition(input.header().partitionId())) {
            return HvStatus.INVALID_PARTITION_ID;
        }
        Vp vp = frame.vp(input.header().vpIndex());
        if (vp == null) {
            return HvStatus.INVALID_VP_INDEX;
        }
        int vtl = input.header().targetVtl();
        if (vtl > frame.caller().vtl()) {
            return HvStatus.ACCESS_DENIED;
        }
        if (!vp.state().hasVtl(vtl)) {
            return HvStatus.INVALID_VTL_STATE;
        }
        if (vp.runState() == RunState.RUNNING) {
            return HvStatus.INVALID_VP_STATE;
        }
        vp.start(vtl, input.context(), frame.caller().index());
        return HvStatus.SUCCESS;
    }
}
