package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.hv.VpRegistersHeader;
import dev.igvmtool.machine.vp.Vp;
import dev.igvmtool.machine.vp.VpRegisters;
import java.util.Optional;

/** {@code HvCallGetVpRegisters}: a list of names in, a list of values out. */
final class GetVpRegisters implements Hypercall {
    @Override
    public HypercallCode code() {
        return HypercallCode.GET_VP_REGISTERS;
    }

    @Override
    public Shape shape() {
        return Shape.rep(VpRegistersHeader.CODEC.size(), Integer.BYTES, RegisterValue.CODEC.size());
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
            int name = (int) frame.input().u32(frame.elementOffset(i));
            Optional<RegisterValue> value = VpRegisters.get(vp, vtl, name);
            value.ifPresent(v -> frame.put(RegisterValue.CODEC, i * RegisterValue.CODEC.size(), v));
            return value.isPresent() ? HvStatus.SUCCESS : HvStatus.INVALID_PARAMETER;
        });
    }
}
