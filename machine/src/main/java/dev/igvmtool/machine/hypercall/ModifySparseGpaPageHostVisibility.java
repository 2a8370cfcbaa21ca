package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HostVisibilityHeader;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Isolation;

/** {@code HvCallModifySparseGpaPageHostVisibility}: an isolated partition shares pages with the host, or ends that. */
final class ModifySparseGpaPageHostVisibility implements Hypercall {
    @Override
    public HypercallCode code() {
        return HypercallCode.MODIFY_SPARSE_GPA_PAGE_HOST_VISIBILITY;
    }

    @Override
    public Shape shape() {
        return Shape.rep(HostVisibilityHeader.CODEC.size(), Long.BYTES, 0);
    }

    @Override
    public int run(HypercallFrame frame) {
        HostVisibilityHeader header = frame.header(HostVisibilityHeader.CODEC);
        if (!frame.isOwnPartition(header.partitionId())) {
            return HvStatus.INVALID_PARTITION_ID;
        }
        if (frame.partition().config().isolation() == Isolation.NONE) {
            return HvStatus.OPERATION_DENIED;
        }
        // The host of this machine sees all memory; there is nothing to change but the answer.
        return frame.forEachRep(i -> {
            long page = frame.input().u64(frame.elementOffset(i));
            boolean ram =
                    page >= 0 && page < 1L << 40 && frame.partition().physical().isRam(page * PhysicalMemory.PAGE_SIZE);
            return ram ? HvStatus.SUCCESS : HvStatus.INVALID_PARAMETER;
        });
    }
}
