package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.VpRegistersHeader;
import dev.igvmtool.machine.vp.Vp;

/** A VP and one of its VTLs that a call is about, after all checks: partition, VP, whether the caller may, whether it is there. */
record RegisterTarget(Vp vp, int vtl) {
    /** The target of a register call, whose VTL field has the form {@link dev.igvmtool.abi.hv.TargetVtl}. */
    static RegisterTarget of(HypercallFrame frame, VpRegistersHeader header) {
        Vp vp = vp(frame, header.partitionId(), header.padding(), header.vpIndex());
        return enabled(vp, frame.vtl(header.targetVtl()));
    }

    /** The target of a call whose VTL field is a number. */
    static RegisterTarget ofPlainVtl(
            HypercallFrame frame, long partitionId, int vpIndex, int targetVtl, Bytes padding) {
        Vp vp = vp(frame, partitionId, padding, vpIndex);
        return enabled(vp, frame.plainVtl(targetVtl));
    }

    private static Vp vp(HypercallFrame frame, long partitionId, Bytes padding, int vpIndex) {
        frame.requireOwnPartition(partitionId);
        HypercallFrame.requireZero(padding);
        return frame.vp(vpIndex);
    }

    private static RegisterTarget enabled(Vp vp, int vtl) {
        HypercallFrame.requireEnabled(vp, vtl);
        return new RegisterTarget(vp, vtl);
    }
}
