package dev.igvmtool.host.loader;

import dev.igvmtool.abi.arm.Aarch64Register;
import dev.igvmtool.format.context.X64Register;
import dev.igvmtool.machine.guest.Architecture;
import java.util.OptionalInt;

/**
 * The registers of a VP context that the host has to understand, by the hypervisor's names.
 *
 * @param pc address of the first instruction
 * @param pcName as people call it
 * @param argument what the program at that address is given
 * @param tableRoot address of the page tables
 * @param tableControl what says of which form they are
 * @param descriptorTable base and limit of a table that moves with the image
 * @param ignored what keeps its reset value
 */
record RegisterRoles(
        int pc,
        String pcName,
        int argument,
        int tableRoot,
        int tableControl,
        OptionalInt descriptorTable,
        OptionalInt ignored) {
    /** As openvmm does: the task register keeps its reset value. */
    private static final RegisterRoles X64 = new RegisterRoles(
            X64Register.RIP.number(),
            "RIP",
            X64Register.RSI.number(),
            X64Register.CR3.number(),
            X64Register.CR4.number(),
            OptionalInt.of(X64Register.GDTR.number()),
            OptionalInt.of(X64Register.TR.number()));

    private static final RegisterRoles AARCH64 = new RegisterRoles(
            Aarch64Register.PC.number(),
            "PC",
            Aarch64Register.X0.number(),
            Aarch64Register.TTBR0_EL1.number(),
            Aarch64Register.TCR_EL1.number(),
            OptionalInt.empty(),
            OptionalInt.empty());

    static RegisterRoles of(Architecture architecture) {
        return architecture == Architecture.AARCH64 ? AARCH64 : X64;
    }
}
