package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.VpRegistersHeader;
import dev.igvmtool.machine.synic.SynIc;
import dev.igvmtool.machine.vp.Vp;
import java.util.Objects;

/** Which VP, VTL and interrupt source a direct message or event is for. */
final class SynIcTarget {
    private SynIcTarget() {}

    static int check(HypercallFrame frame, long partitionId, int vpIndex, int targetVtl, int sint) {
        int status = RegisterTarget.check(frame, new VpRegistersHeader(partitionId, vpIndex, targetVtl));
        return status == HvStatus.SUCCESS && sint >= SynIc.SINTS ? HvStatus.INVALID_PARAMETER : status;
    }

    /** The VP, after {@link #check} has passed. */
    static Vp vp(HypercallFrame frame, int vpIndex) {
        return Objects.requireNonNull(frame.vp(vpIndex));
    }
}
