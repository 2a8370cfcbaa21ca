package dev.igvmtool.abi.arm;

import java.util.Optional;

/** {@code HvArm64RegisterName}: numbers of the registers of an AArch64 processor. */
public enum Aarch64Register {
    X0(0x00020000),
    X1(0x00020001),
    X2(0x00020002),
    X3(0x00020003),
    X4(0x00020004),
    X5(0x00020005),
    X6(0x00020006),
    X7(0x00020007),
    X8(0x00020008),
    X9(0x00020009),
    X10(0x0002000a),
    X11(0x0002000b),
    X12(0x0002000c),
    X13(0x0002000d),
    X14(0x0002000e),
    X15(0x0002000f),
    X16(0x00020010),
    X17(0x00020011),
    X18(0x00020012),
    X19(0x00020013),
    X20(0x00020014),
    X21(0x00020015),
    X22(0x00020016),
    X23(0x00020017),
    X24(0x00020018),
    X25(0x00020019),
    X26(0x0002001a),
    X27(0x0002001b),
    X28(0x0002001c),
    XFP(0x0002001d),
    XLR(0x0002001e),
    XSP(0x0002001f),
    XSP_EL0(0x00020020),
    XSP_ELX(0x00020021),
    PC(0x00020022),
    CPSR(0x00020023),
    SCTLR_EL1(0x00040002),
    TTBR0_EL1(0x00040005),
    TTBR1_EL1(0x00040006),
    TCR_EL1(0x00040007),
    ESR_EL1(0x00040008),
    FAR_EL1(0x00040009),
    MAIR_EL1(0x0004000b),
    VBAR_EL1(0x0004000c),
    ELR_EL1(0x00040015);

    private final int number;

    Aarch64Register(int number) {
        this.number = number;
    }

    /** The number in hypercalls and register lists. */
    public int number() {
        return number;
    }

    /** The register of that number, if it has a name here. */
    public static Optional<Aarch64Register> of(int number) {
        for (Aarch64Register register : values()) {
            if (register.number == number) {
                return Optional.of(register);
            }
        }
        return Optional.empty();
    }
}
