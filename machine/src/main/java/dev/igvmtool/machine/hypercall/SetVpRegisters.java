package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HvPrivilege;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.RegisterAssociation;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.VpRegistersHeader;
import dev.igvmtool.abi.hv.VsmPartitionConfig;
import dev.igvmtool.machine.vp.VpRegisters;
import java.util.OptionalInt;

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
    public long privileges() {
        return HvPrivilege.VP_REGISTERS;
    }

    /** A VTL that is about to protect its memory concerns those above it that asked for it. */
    @Override
    public OptionalInt answeredBy(HypercallFrame frame) {
        for (int i = frame.repStart(); i < frame.repCount(); i++) {
            RegisterAssociation register = RegisterAssociation.CODEC.read(frame.input(), frame.elementOffset(i));
            if (register.name() == RegisterName.VSM_PARTITION_CONFIG
                    && (register.value().low() & VsmPartitionConfig.ENABLE_VTL_PROTECTION) != 0) {
                return frame.partition()
                        .configuredInterceptor(
                                frame.caller().vtl(), VsmPartitionConfig.INTERCEPT_ENABLE_VTL_PROTECTION);
            }
        }
        return OptionalInt.empty();
    }

    @Override
    public int run(HypercallFrame frame) {
        RegisterTarget target = RegisterTarget.of(frame, frame.header(VpRegistersHeader.CODEC));
        return frame.forEachRep(i -> {
            RegisterAssociation association = RegisterAssociation.CODEC.read(frame.input(), frame.elementOffset(i));
            return VpRegisters.set(target.vp(), target.vtl(), association.name(), association.value());
        });
    }
}
