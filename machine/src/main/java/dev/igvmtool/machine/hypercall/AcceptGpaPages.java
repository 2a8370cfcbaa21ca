package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.AcceptGpaPagesHeader;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Isolation;

/** {@code HvCallAcceptGpaPages}: an isolated partition takes pages that the host has given; they become zero. */
final class AcceptGpaPages implements Hypercall {
    private static final int TYPE_MASK = 0x3f;
    private static final int VISIBILITY_MASK = 0xc0;
    private static final int VTL_SET_SHIFT = 8;
    private static final int ALL_ATTRIBUTES = 0x7ff;
    private static final int RAM = 1;

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
        frame.requireOwnPartition(header.partitionId());
        HypercallFrame.require(frame.partition().config().isolation() != Isolation.NONE, HvStatus.OPERATION_DENIED);
        int attributes = header.attributes();
        int vtls = attributes >>> VTL_SET_SHIFT;
        boolean good = (attributes & ~ALL_ATTRIBUTES) == 0
                && (attributes & TYPE_MASK) == RAM
                && (attributes & VISIBILITY_MASK) == 0
                && (vtls & ~((1 << frame.partition().vtlCount()) - 1)) == 0;
        HypercallFrame.require(good, HvStatus.INVALID_PARAMETER);
        HypercallFrame.require(vtls >>> frame.caller().vtl() + 1 == 0, HvStatus.ACCESS_DENIED);
        PhysicalMemory memory = frame.partition().physical();
        return frame.forEachRep(i -> {
            long page = frame.ramPage(header.firstPage() + i);
            memory.zero(page * PhysicalMemory.PAGE_SIZE, PhysicalMemory.PAGE_SIZE);
            frame.partition().memory().setPageState(page, page + 1, PageState.ACCEPTED);
            return HvStatus.SUCCESS;
        });
    }
}
