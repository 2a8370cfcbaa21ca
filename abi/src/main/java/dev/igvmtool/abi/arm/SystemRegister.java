package dev.igvmtool.abi.arm;

import java.util.Arrays;
import java.util.Optional;

/** System registers of exception level 1, by the names that MRS and MSR use. */
public enum SystemRegister {
    SCTLR_EL1(Aarch64Register.SCTLR_EL1),
    CPACR_EL1,
    TTBR0_EL1(Aarch64Register.TTBR0_EL1),
    TTBR1_EL1(Aarch64Register.TTBR1_EL1),
    TCR_EL1(Aarch64Register.TCR_EL1),
    MAIR_EL1(Aarch64Register.MAIR_EL1),
    VBAR_EL1(Aarch64Register.VBAR_EL1),
    ESR_EL1(Aarch64Register.ESR_EL1),
    FAR_EL1(Aarch64Register.FAR_EL1),
    ELR_EL1(Aarch64Register.ELR_EL1),
    SPSR_EL1,
    PAR_EL1,
    SP_EL0(Aarch64Register.XSP_EL0),
    /** Which processor this is; cannot be written. */
    MPIDR_EL1,
    /** Memory model features; cannot be written. */
    ID_AA64MMFR0_EL1;

    private final Optional<Aarch64Register> hypervisorName;

    SystemRegister() {
        hypervisorName = Optional.empty();
    }

    SystemRegister(Aarch64Register name) {
        hypervisorName = Optional.of(name);
    }

    /** True if MSR takes it. */
    public boolean isWritable() {
        return this != MPIDR_EL1 && this != ID_AA64MMFR0_EL1;
    }

    /** The register that the hypervisor calls so, if it is one of these. */
    public static Optional<SystemRegister> of(Aarch64Register name) {
        return Arrays.stream(values())
                .filter(register -> register.hypervisorName.equals(Optional.of(name)))
                .findFirst();
    }
}
