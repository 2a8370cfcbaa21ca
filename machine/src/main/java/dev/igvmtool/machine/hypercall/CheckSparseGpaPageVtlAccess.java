package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.CheckVtlAccessHeader;
import dev.igvmtool.abi.hv.GpaProtection;
import dev.igvmtool.abi.hv.HvPrivilege;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;

/**
 * {@code HvCallCheckSparseGpaPageVtlAccess}: whether a VTL may access pages as desired. Each answer is a u64: result code
 * in bits 0-7 (0 success, 1 memory intercept), denied access in bits 8-15, the VTL that gets the intercept in bits 16-19.
 */
final class CheckSparseGpaPageVtlAccess implements Hypercall {
    private static final int MEMORY_INTERCEPT = 1;
    private static final int DENIED_SHIFT = 8;
    private static final int VTL_SHIFT = 16;

    @Override
    public HypercallCode code() {
        return HypercallCode.CHECK_SPARSE_GPA_PAGE_VTL_ACCESS;
    }

    @Override
    public Shape shape() {
        return Shape.rep(CheckVtlAccessHeader.CODEC.size(), Long.BYTES, Long.BYTES);
    }

    @Override
    public long privileges() {
        return HvPrivilege.VSM;
    }

    @Override
    public int run(HypercallFrame frame) {
        CheckVtlAccessHeader header = frame.header(CheckVtlAccessHeader.CODEC);
        frame.requireOwnPartition(header.partitionId());
        HypercallFrame.requireZero(header.padding());
        HypercallFrame.require((header.desiredAccess() & ~GpaProtection.ALL) == 0, HvStatus.INVALID_PARAMETER);
        int vtl = frame.vtl(header.targetVtl());
        return frame.forEachRep(i -> {
            long page = HypercallFrame.page(frame.input().u64(frame.elementOffset(i)));
            int denied = header.desiredAccess() & ~frame.partition().memory().allowed(vtl, page);
            int protector = denied == 0 ? 0 : frame.partition().memory().protector(vtl, page, denied);
            frame.putU64(
                    i * Long.BYTES,
                    denied == 0 ? 0 : MEMORY_INTERCEPT | denied << DENIED_SHIFT | protector << VTL_SHIFT);
            return HvStatus.SUCCESS;
        });
    }
}
