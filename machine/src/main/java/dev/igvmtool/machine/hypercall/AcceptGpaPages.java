package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.AcceptGpaPagesHeader;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Isolation;

/** {@code HvCallAcceptGpaPages}: an isolated partition takes pages that the host has given; they become zero. */
final class AcceptGpaPages implements Hypercall {
    @Override
    public HypercallCode code() {
        return HypercallCode.ACCEPT_GPA_PAGES;
    }

    @Override
    public Shape shape() {
        return Shape.rep(AcceptGpaPagesHeader.CODEC.size(), 0, 0);
    }

    @Override
    public int run(HypercallFrame frame) {
        AcceptGpaPagesHeader header = frame.header(AcceptGpaPagesHeader.CODEC);
        if (!frame.isOwnPartition(header.partitionId())) {
            return HvStatus.INVALID_PARTITION_ID;
        }
        if (frame.partition().config().isolation() == Isolation.NONE) {
            return HvStatus.OPERATION_DENIED;
        }
        PhysicalMemory memory = frame.partition().physical();
        return frame.forEachRep(i -> {
            long page = header.firstPage() + i;
            if (page < 0 || page >= 1L << 40 || !memory.isRam(page * PhysicalMemory.PAGE_SIZE)) {
                return HvStatus.INVALID_PARAMETER;
            }
            memory.zero(page * PhysicalMemory.PAGE_SIZE, PhysicalMemory.PAGE_SIZE);
            frame.partition().memory().setPageState(page, page + 1, PageState.ACCEPTED);
            return HvStatus.SUCCESS;
        });
    }
}
