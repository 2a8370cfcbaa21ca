package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HvPrivilege;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;

/** {@code HvExtCallQueryCapabilities}: which extended calls there are, a u64. There are no others. */
final class ExtQueryCapabilities implements Hypercall {
    private static final long NONE = 0;

    @Override
    public HypercallCode code() {
        return HypercallCode.EXT_QUERY_CAPABILITIES;
    }

    @Override
    public Shape shape() {
        return Shape.simple(0, Long.BYTES);
    }

    @Override
    public long privileges() {
        return HvPrivilege.EXTENDED_HYPERCALLS;
    }

    @Override
    public int run(HypercallFrame frame) {
        frame.putU64(0, NONE);
        return HvStatus.SUCCESS;
    }
}
