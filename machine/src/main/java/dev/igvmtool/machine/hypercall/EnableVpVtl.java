package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.VpStartInput;
import dev.igvmtool.machine.vp.Vp;

/** {@code HvCallEnableVpVtl}: gives a VP one more VTL, with its first registers. */
final class EnableVpVtl implements Hypercall {
    @Override
    public HypercallCode code() {
        return HypercallCode.ENABLE_VP_VTL;
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
        if (vtl >= frame.partition().vtlCount()) {
            return HvStatus.INVALID_PARAMETER;
        }
        if (vtl > frame.caller().vtl()) {
            return HvStatus.ACCESS_DENIED;
        }
        if (vp.state().hasVtl(vtl)) {
            return HvStatus.VTL_ALREADY_ENABLED;
        }
        vp.enableVtl(vtl, input.context());
        return HvStatus.SUCCESS;
    }
}
