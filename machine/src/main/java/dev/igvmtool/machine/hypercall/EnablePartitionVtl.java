package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.EnablePartitionVtlInput;
import dev.igvmtool.abi.hv.HvPrivilege;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.machine.partition.PartitionState;

/** {@code HvCallEnablePartitionVtl}: a guest that may have a secure kernel gets its VTL1. VTL2 is the host's to give. */
final class EnablePartitionVtl implements Hypercall {
    private static final int GUEST_VTL = 1;

    @Override
    public HypercallCode code() {
        return HypercallCode.ENABLE_PARTITION_VTL;
    }

    @Override
    public Shape shape() {
        return Shape.simple(EnablePartitionVtlInput.CODEC.size(), 0);
    }

    @Override
    public long privileges() {
        return HvPrivilege.VSM;
    }

    @Override
    public int run(HypercallFrame frame) {
        EnablePartitionVtlInput input = frame.header(EnablePartitionVtlInput.CODEC);
        frame.requireOwnPartition(input.partitionId());
        HypercallFrame.requireZero(input.padding());
        PartitionState state = frame.partition().state();
        int vtl = input.targetVtl();
        HypercallFrame.require(vtl < frame.partition().vtlCount(), HvStatus.INVALID_PARAMETER);
        HypercallFrame.require(!state.isVtlEnabled(vtl), HvStatus.VTL_ALREADY_ENABLED);
        HypercallFrame.require(vtl == GUEST_VTL && frame.partition().config().guestVsm(), HvStatus.ACCESS_DENIED);
        // Neither mode-based execute control nor shadow stacks nor managed translation are there.
        HypercallFrame.requireZero(input.flags());
        state.enableVtl(vtl);
        return HvStatus.SUCCESS;
    }
}
