package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HostVisibilityHeader;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.memory.PartitionMemory;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Isolation;
import dev.igvmtool.machine.partition.Partition;

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
        return frame.forEachRep(i -> {
            long page = frame.input().u64(frame.elementOffset(i));
            boolean ram =
                    page >= 0 && page < 1L << 40 && frame.partition().physical().isRam(page * PhysicalMemory.PAGE_SIZE);
            if (ram) {
                change(frame.partition(), page, header.visibility() != 0);
            }
            return ram ? HvStatus.SUCCESS : HvStatus.INVALID_PARAMETER;
        });
    }

    /** Under VBS the hypervisor itself, which the guest trusts, takes a page back; the platforms lose its content. */
    private static void change(Partition partition, long page, boolean shared) {
        PartitionMemory memory = partition.memory();
        if (shared == (memory.pageState(page) == PageState.SHARED)) {
            return;
        }
        boolean hardware = memory.encryption().hardware();
        if (hardware) {
            partition.physical().zero(page * PhysicalMemory.PAGE_SIZE, PhysicalMemory.PAGE_SIZE);
        }
        PageState ours = hardware ? PageState.UNACCEPTED : PageState.ACCEPTED;
        memory.setPageState(page, page + 1, shared ? PageState.SHARED : ours);
    }
}
