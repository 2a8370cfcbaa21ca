package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.AcceptGpaPagesHeader;
import dev.igvmtool.abi.hv.GpaProtection;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.memory.PartitionMemory;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Isolation;

/**
 * {@code HvCallAcceptGpaPages}: an isolated partition takes pages that the host has given; they become zero, and have the
 * protections that the VTLs of the set give them.
 */
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
        // Where the processor keeps pages, the guest accepts them with it.
        HypercallFrame.require(frame.partition().config().isolation() == Isolation.VBS, HvStatus.OPERATION_DENIED);
        int attributes = header.attributes();
        int vtls = attributes >>> VTL_SET_SHIFT;
        boolean good = (attributes & ~ALL_ATTRIBUTES) == 0
                && (attributes & TYPE_MASK) == RAM
                && (attributes & VISIBILITY_MASK) == 0
                && (vtls & ~((1 << frame.partition().vtlCount()) - 1)) == 0
                && ((header.permissionsByVtl1() | header.permissionsByVtl2()) & ~GpaProtection.ALL) == 0;
        HypercallFrame.require(good, HvStatus.INVALID_PARAMETER);
        HypercallFrame.require(vtls >>> frame.caller().vtl() + 1 == 0, HvStatus.ACCESS_DENIED);
        try {
            return frame.forEachRep(i -> {
                frame.ramPage(header.firstPage() + i);
                return HvStatus.SUCCESS;
            });
        } finally {
            accept(frame, header, header.firstPage() + frame.repStart(), header.firstPage() + frame.repsDone());
        }
    }

    private static void accept(HypercallFrame frame, AcceptGpaPagesHeader header, long first, long end) {
        if (first >= end) {
            return;
        }
        PartitionMemory memory = frame.partition().memory();
        memory.physical().zero(first * PhysicalMemory.PAGE_SIZE, (end - first) * PhysicalMemory.PAGE_SIZE);
        memory.setPageState(first, end, PageState.ACCEPTED);
        int[] permissions = {0, header.permissionsByVtl1(), header.permissionsByVtl2()};
        for (int vtl = 1; vtl < frame.partition().vtlCount(); vtl++) {
            if ((header.attributes() >>> VTL_SET_SHIFT & 1 << vtl) != 0) {
                memory.protect(vtl, first, end, permissions[vtl]);
            }
        }
        frame.reportPages("accept", first, end);
    }
}
