package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.RegisterAssociation;
import dev.igvmtool.abi.hv.VpRegistersHeader;
import dev.igvmtool.machine.vp.Vp;
import dev.igvmtool.machine.vp.VpRegisters;

/** {@code HvCallSetVpRegisters}: a list of names with values. */
final class SetVpRegisters implements Hypercall {
    @Override
    public HypercallCode code() {
        return HypercallCode.SET_VP_REGISTERS;
    }

    @Override
    public Shape shape() {
        return Shape.rep(VpRegistersHeader.CODEC.size(), RegisterAssociation.CODEC.size(), 0);
    }

    @Override
    public int run(HypercallFrame frame) {
        VpRegistersHeader header = frame.header(VpRegistersHeader.CODEC);
        int status = RegisterTarget.check(frame, header);
        if (status != HvStatus.SUCCESS) {
            return status;
        }
        Vp vp = RegisterTarget.vp(frame, header);
        int vtl = frame.vtl(header.targetVtl());
        return frame.forEachRep(i -> {
            RegisterAssociation association = RegisterAssociation.CODEC.read(frame.input(), frame.elementOffset(i));
            return VpRegisters.set(vp, vtl, association.name(), association.value());
        });
    }
}
