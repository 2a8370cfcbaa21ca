package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.CheckVtlAccessHeader;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.machine.memory.PhysicalMemory;

/**
 * {@code HvCallCheckSparseGpaPageVtlAccess}: whether a VTL may access pages as desired. Each answer is a u64: result code
 * in bits 0-7 (0 success, 1 memory fault), denied access in bits 8-15.
 */
final class CheckSparseGpaPageVtlAccess implements Hypercall {
    private static final int MEMORY_INTERCEPT = 1;

    @Override
    public HypercallCode code() {
        return HypercallCode.CHECK_SPARSE_GPA_PAGE_VTL_ACCESS;
    }

    @Override
    public Shape shape() {
        return Shape.rep(CheckVtlAccessHeader.CODEC.size(), Long.BYTES, Long.BYTES);
    }

    @Override
    public int run(HypercallFrame frame) {
        CheckVtlAccessHeader header = frame.header(CheckVtlAccessHeader.CODEC);
        if (!frame.isOwnPartition(header.partitionId())) {
            return HvStatus.INVALID_PARTITION_ID;
        }
        int vtl = frame.vtl(header.targetVtl());
        if (vtl > frame.caller().vtl()) {
            return HvStatus.ACCESS_DENIED;
        }
        return frame.forEachRep(i -> {
            long page = frame.input().u64(frame.elementOffset(i));
            boolean ram =
                    page >= 0 && page < 1L << 40 && frame.partition().physical().isRam(page * PhysicalMemory.PAGE_SIZE);
            int allowed = ram ? frame.partition().memory().allowed(vtl, page) : 0;
            int denied = header.desiredAccess() & ~allowed;
            frame.putU64(i * Long.BYTES, denied == 0 ? 0 : MEMORY_INTERCEPT | denied << 8);
            return HvStatus.SUCCESS;
        });
    }
}
