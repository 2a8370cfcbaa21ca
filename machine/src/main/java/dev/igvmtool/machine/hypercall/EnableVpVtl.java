package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HvPrivilege;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.VpRegistersHeader;
import dev.igvmtool.abi.hv.VpStartInput;
import dev.igvmtool.machine.partition.Partition;
import dev.igvmtool.machine.vp.Vp;

/**
 * {@code HvCallEnableVpVtl}: gives a VP one more VTL, with its first registers. A VTL does so for itself and below; a VTL
 * above its own it can enable on one VP, so that it begins to run.
 */
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
    public long privileges() {
        return HvPrivilege.VSM;
    }

    @Override
    public int run(HypercallFrame frame) {
        VpStartInput input = frame.header(VpStartInput.CODEC);
        target(frame, input.header()).enableVtl(input.header().targetVtl(), input.context());
        return HvStatus.SUCCESS;
    }

    /** The VP, which can have the VTL of the header. */
    static Vp target(HypercallFrame frame, VpRegistersHeader header) {
        frame.requireOwnPartition(header.partitionId());
        HypercallFrame.requireZero(header.padding());
        Vp vp = frame.vp(header.vpIndex());
        int vtl = header.targetVtl();
        Partition partition = frame.partition();
        HypercallFrame.require(vtl < partition.vtlCount(), HvStatus.INVALID_PARAMETER);
        HypercallFrame.require(
                vtl <= frame.caller().vtl()
                        || partition.vps().stream().noneMatch(v -> v.state().hasVtl(vtl)),
                HvStatus.ACCESS_DENIED);
        HypercallFrame.require(partition.state().isVtlEnabled(vtl), HvStatus.INVALID_VTL_STATE);
        HypercallFrame.require(!vp.state().hasVtl(vtl), HvStatus.VTL_ALREADY_ENABLED);
        return vp;
    }
}
