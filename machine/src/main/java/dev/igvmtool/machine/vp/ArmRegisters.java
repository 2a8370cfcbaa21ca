package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.arm.Aarch64Register;
import dev.igvmtool.abi.arm.SystemRegister;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.RegisterValue;
import java.util.Optional;
import java.util.OptionalLong;

/** Registers of an AArch64 VP by the hypervisor's names; what is the hypervisor's own has the names that it has on x64. */
final class ArmRegisters {
    private ArmRegisters() {}

    /** The value of a register; empty if the name is unknown. */
    static Optional<RegisterValue> get(Vp vp, int vtl, int name) {
        Optional<Aarch64Register> register = Aarch64Register.of(name);
        if (register.isPresent()) {
            return Optional.of(RegisterValue.of(get(vp, vtl, register.get())));
        }
        OptionalLong value = SyntheticRegisters.get(vp, vtl, name);
        return value.isPresent() ? Optional.of(RegisterValue.of(value.getAsLong())) : Optional.empty();
    }

    private static long get(Vp vp, int vtl, Aarch64Register register) {
        VtlState state = vp.state().vtl(vtl);
        int general = register.number() - Aarch64Register.X0.number();
        if (general >= 0 && general < VpState.X_REGISTERS) {
            return vp.state().x(general);
        }
        return switch (register) {
            case PC -> state.rip;
            case CPSR -> state.arm().pstate;
            case XSP, XSP_ELX -> state.arm().sp;
            default -> state.arm().get(system(register));
        };
    }

    /**
     * Sets a register.
     *
     * @return a status of {@link HvStatus}
     */
    static int set(Vp vp, int vtl, int name, RegisterValue value) {
        Optional<Aarch64Register> register = Aarch64Register.of(name);
        if (register.isEmpty()) {
            return SyntheticRegisters.set(vp, vtl, name, value.low());
        }
        if (value.high() != 0) {
            return HvStatus.INVALID_REGISTER_VALUE;
        }
        set(vp.mutableState(), vtl, register.get(), value.low());
        return HvStatus.SUCCESS;
    }

    private static void set(VpState state, int vtl, Aarch64Register register, long value) {
        int general = register.number() - Aarch64Register.X0.number();
        if (general >= 0 && general < VpState.X_REGISTERS) {
            state.setX(general, value);
            return;
        }
        VtlState target = state.vtl(vtl);
        switch (register) {
            case PC -> target.rip = value;
            case CPSR -> target.arm().pstate = value;
            case XSP, XSP_ELX -> target.arm().sp = value;
            default -> target.arm().set(system(register), value);
        }
    }

    private static SystemRegister system(Aarch64Register register) {
        return SystemRegister.of(register)
                .orElseThrow(() -> new AssertionError(register + " is neither general nor a system register"));
    }
}
