package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.GpaProtection;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.ModifyVtlProtectionMaskHeader;
import dev.igvmtool.machine.memory.PhysicalMemory;

/** {@code HvCallModifyVtlProtectionMask}: what VTLs below the named one may do with pages. */
final class ModifyVtlProtectionMask implements Hypercall {
    @Override
    public HypercallCode code() {
        return HypercallCode.MODIFY_VTL_PROTECTION_MASK;
    }

    @Override
    public Shape shape() {
        return Shape.rep(ModifyVtlProtectionMaskHeader.CODEC.size(), Long.BYTES, 0);
    }

    @Override
    public int run(HypercallFrame frame) {
        ModifyVtlProtectionMaskHeader header = frame.header(ModifyVtlProtectionMaskHeader.CODEC);
        if (!frame.isOwnPartition(header.partitionId())) {
            return HvStatus.INVALID_PARTITION_ID;
        }
        int vtl = frame.vtl(header.targetVtl());
        if (vtl > frame.caller().vtl()) {
            return HvStatus.ACCESS_DENIED;
        }
        if (vtl == 0 || vtl >= frame.partition().vtlCount() || (header.mapFlags() & ~GpaProtection.ALL) != 0) {
            return HvStatus.INVALID_PARAMETER;
        }
        long runStart = 0;
        long runEnd = 0;
        int status = HvStatus.SUCCESS;
        for (int i = frame.repStart(); i < frame.repCount() && status == HvStatus.SUCCESS; i++) {
            long page = frame.input().u64(frame.elementOffset(i));
            if (page < 0 || page >= 1L << 40 || !frame.partition().physical().isRam(page * PhysicalMemory.PAGE_SIZE)) {
                status = HvStatus.INVALID_PARAMETER;
            } else if (page == runEnd) {
                runEnd++;
            } else {
                protect(frame, vtl, runStart, runEnd, header.mapFlags());
                runStart = page;
                runEnd = page + 1;
            }
            frame.setRepsDone(status == HvStatus.SUCCESS ? i + 1 : i);
        }
        protect(frame, vtl, runStart, runEnd, header.mapFlags());
        return status;
    }

    private static void protect(HypercallFrame frame, int vtl, long start, long end, int mask) {
        if (start < end) {
            frame.partition().memory().protect(vtl, start, end, mask);
        }
    }
}
