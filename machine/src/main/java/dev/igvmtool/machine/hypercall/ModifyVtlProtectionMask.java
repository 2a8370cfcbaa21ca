package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.GpaProtection;
import dev.igvmtool.abi.hv.HvPrivilege;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.ModifyVtlProtectionMaskHeader;

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
    public long privileges() {
        return HvPrivilege.VSM;
    }

    @Override
    public int run(HypercallFrame frame) {
        ModifyVtlProtectionMaskHeader header = frame.header(ModifyVtlProtectionMaskHeader.CODEC);
        frame.requireOwnPartition(header.partitionId());
        HypercallFrame.requireZero(header.padding());
        int vtl = frame.vtl(header.targetVtl());
        HypercallFrame.require(
                vtl > 0 && (header.mapFlags() & ~GpaProtection.ALL) == 0 && isUseful(header.mapFlags()),
                HvStatus.INVALID_PARAMETER);
        return frame.forEachPageRun((first, end) -> {
            frame.partition().memory().protect(vtl, first, end, header.mapFlags());
            frame.reportPages(
                    String.format("protect vtl%d %s", vtl, GpaProtection.letters(header.mapFlags())), first, end);
        });
    }

    /** Nothing can be written or executed that cannot be read. */
    private static boolean isUseful(int mask) {
        return mask == GpaProtection.NONE || (mask & GpaProtection.READ) != 0;
    }
}
