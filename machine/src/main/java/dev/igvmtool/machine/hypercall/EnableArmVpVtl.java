package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.ArmVpStartInput;
import dev.igvmtool.abi.hv.HvPrivilege;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;

/** {@link EnableVpVtl} of AArch64, with other first registers. */
final class EnableArmVpVtl implements Hypercall {
    @Override
    public HypercallCode code() {
        return HypercallCode.ENABLE_VP_VTL;
    }

    @Override
    public Shape shape() {
        return Shape.simple(ArmVpStartInput.CODEC.size(), 0);
    }

    @Override
    public long privileges() {
        return HvPrivilege.VSM;
    }

    @Override
    public int run(HypercallFrame frame) {
        ArmVpStartInput input = frame.header(ArmVpStartInput.CODEC);
        EnableVpVtl.target(frame, input.header()).enableVtl(input.header().targetVtl(), input.context());
        return HvStatus.SUCCESS;
    }
}
