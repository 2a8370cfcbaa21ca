package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.VpRegistersHeader;
import dev.igvmtool.machine.vp.Vp;
import java.util.Objects;

/** Which VP and VTL a register call is about, and whether the caller may reach it. */
final class RegisterTarget {
    private RegisterTarget() {}

    static int check(HypercallFrame frame, VpRegistersHeader header) {
        if (!frame.isOwnPartition(header.partitionId())) {
            return HvStatus.INVALID_PARTITION_ID;
        }
        Vp vp = frame.vp(header.vpIndex());
        if (vp == null) {
            return HvStatus.INVALID_VP_INDEX;
        }
        int vtl = frame.vtl(header.targetVtl());
        if (vtl > frame.caller().vtl()) {
            return HvStatus.ACCESS_DENIED;
        }
        return vp.state().hasVtl(vtl) ? HvStatus.SUCCESS : HvStatus.INVALID_VTL_STATE;
    }

    /** The VP, after {@link #check} has passed. */
    static Vp vp(HypercallFrame frame, VpRegistersHeader header) {
        return Objects.requireNonNull(frame.vp(header.vpIndex()));
    }
}
