package dev.igvmtool.host.loader;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.format.context.VbsRegister;
import dev.igvmtool.format.context.VbsVpContext;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** The registers of the boot processor, relocated: what a VBS context becomes. */
final class BootRegisters {
    private BootRegisters() {}

    /**
     * Relocates a context.
     *
     * @throws FormatException if it has a register twice
     * @throws LoadException if it is not for VP 0
     */
    static VbsVpContext of(RegisterRoles roles, int vpIndex, VbsVpContext context, Optional<Relocation> relocation) {
        if (vpIndex != 0) {
            throw new LoadException("VP context for VP " + vpIndex + ", expected the boot processor, VP 0");
        }
        Set<Integer> seen = new HashSet<>();
        List<VbsRegister> registers = new ArrayList<>();
        for (VbsRegister register : context.registers()) {
            if (!seen.add(register.name())) {
                throw new FormatException(String.format("register 0x%08x is in a VP context twice", register.name()));
            }
            if (!roles.ignored().equals(OptionalInt.of(register.name()))) {
                registers.add(relocation.map(r -> relocate(roles, register, r)).orElse(register));
            }
        }
        if (registers.isEmpty()) {
            throw new LoadException("VP context of VTL " + context.vtl() + " has no register but TR");
        }
        return new VbsVpContext(context.vtl(), registers);
    }

    private static VbsRegister relocate(RegisterRoles roles, VbsRegister register, Relocation relocation) {
        if (register.name() == roles.tableRoot()) {
            return VbsRegister.ofU64(register.name(), register.u64() + relocation.offset());
        }
        if (register.name() == roles.pc() && relocation.region().appliesToPc()) {
            return VbsRegister.ofU64(register.name(), relocation.apply(register.u64()));
        }
        if (roles.descriptorTable().equals(OptionalInt.of(register.name()))
                && relocation.region().appliesToGdtr()) {
            TableValue table = register.table();
            return VbsRegister.ofTable(register.name(), new TableValue(table.limit(), relocation.apply(table.base())));
        }
        return register;
    }
}
