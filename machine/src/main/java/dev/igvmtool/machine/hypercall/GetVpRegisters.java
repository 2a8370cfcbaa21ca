package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HvPrivilege;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.hv.VpRegistersHeader;
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
    public long privileges() {
        return HvPrivilege.VP_REGISTERS;
    }

    @Override
    public int run(HypercallFrame frame) {
        RegisterTarget target = RegisterTarget.of(frame, frame.header(VpRegistersHeader.CODEC));
        return frame.forEachRep(i -> {
            int name = (int) frame.input().u32(frame.elementOffset(i));
            Optional<RegisterValue> value = VpRegisters.get(target.vp(), target.vtl(), name);
            value.ifPresent(v -> frame.put(RegisterValue.CODEC, i * RegisterValue.CODEC.size(), v));
            return value.isPresent() ? HvStatus.SUCCESS : HvStatus.UNKNOWN_REGISTER_NAME;
        });
    }
}
