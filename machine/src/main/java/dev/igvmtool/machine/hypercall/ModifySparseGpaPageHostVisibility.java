package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HostVisibilityHeader;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.memory.PartitionMemory;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Isolation;

/** {@code HvCallModifySparseGpaPageHostVisibility}: an isolated partition shares pages with the host, or ends that. */
final class ModifySparseGpaPageHostVisibility implements Hypercall {
    private static final int PRIVATE = 0;
    private static final int SHARED = 3;

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
        frame.requireOwnPartition(header.partitionId());
        HypercallFrame.require(frame.partition().config().isolation() != Isolation.NONE, HvStatus.OPERATION_DENIED);
        HypercallFrame.requireZero(header.reserved());
        HypercallFrame.require(
                header.visibility() == PRIVATE || header.visibility() == SHARED, HvStatus.INVALID_PARAMETER);
        boolean shared = header.visibility() == SHARED;
        return frame.forEachPageRun((first, end) -> {
            for (long page = first; page < end; page++) {
                change(frame.partition().memory(), page, shared);
            }
            frame.reportPages(shared ? "share" : "unshare", first, end);
        });
    }

    /** Under VBS the hypervisor itself, which the guest trusts, takes a page back; the platforms lose its content. */
    private static void change(PartitionMemory memory, long page, boolean shared) {
        if (shared == (memory.pageState(page) == PageState.SHARED)) {
            return;
        }
        boolean hardware = memory.encryption().hardware();
        if (hardware) {
            memory.physical().zero(page * PhysicalMemory.PAGE_SIZE, PhysicalMemory.PAGE_SIZE);
        }
        PageState ours = hardware ? PageState.UNACCEPTED : PageState.ACCEPTED;
        memory.setPageState(page, page + 1, shared ? PageState.SHARED : ours);
    }
}
