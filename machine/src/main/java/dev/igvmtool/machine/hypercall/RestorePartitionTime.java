package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.RestorePartitionTimeInput;
import dev.igvmtool.abi.hv.VsmPartitionConfig;
import java.util.OptionalInt;

/** {@code HvCallRestorePartitionTime}: goes on counting from where a saved partition stopped. */
final class RestorePartitionTime implements Hypercall {
    @Override
    public HypercallCode code() {
        return HypercallCode.RESTORE_PARTITION_TIME;
    }

    @Override
    public Shape shape() {
        return Shape.simple(RestorePartitionTimeInput.CODEC.size(), 0);
    }

    @Override
    public OptionalInt answeredBy(HypercallFrame frame) {
        return frame.partition()
                .configuredInterceptor(frame.caller().vtl(), VsmPartitionConfig.INTERCEPT_RESTORE_PARTITION_TIME);
    }

    @Override
    public int run(HypercallFrame frame) {
        RestorePartitionTimeInput input = frame.header(RestorePartitionTimeInput.CODEC);
        frame.requireOwnPartition(input.partitionId());
        HypercallFrame.requireZero(input.reserved());
        // All VTLs have the same time: the highest one decides.
        HypercallFrame.require(frame.caller().vtl() == frame.partition().highestEnabledVtl(), HvStatus.ACCESS_DENIED);
        HypercallFrame.require(input.referenceTime() >= 0, HvStatus.INVALID_PARAMETER);
        frame.partition().restoreTime(input.referenceTime(), input.tsc(), input.tscSequence());
        return HvStatus.SUCCESS;
    }
}
