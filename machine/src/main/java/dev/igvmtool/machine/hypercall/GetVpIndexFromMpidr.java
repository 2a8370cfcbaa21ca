package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.VpIndexFromApicIdHeader;

/** {@link GetVpIndexFromApicId} of AArch64, where processors are known by their MPIDR, a u64. */
final class GetVpIndexFromMpidr implements Hypercall {
    @Override
    public HypercallCode code() {
        return HypercallCode.GET_VP_INDEX_FROM_APIC_ID;
    }

    @Override
    public Shape shape() {
        return Shape.rep(VpIndexFromApicIdHeader.CODEC.size(), Long.BYTES, Integer.BYTES);
    }

    @Override
    public int run(HypercallFrame frame) {
        return GetVpIndexFromApicId.run(frame, i -> frame.input().u64(frame.elementOffset(i)));
    }
}
