package dev.igvmtool.host.loader;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.format.context.VbsRegister;
import dev.igvmtool.format.context.VbsVpContext;
import dev.igvmtool.format.context.X64Register;
import dev.igvmtool.format.header.VpContext;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The registers of the boot processor, relocated: what a VBS context becomes. */
final class BootRegisters {
    private BootRegisters() {}

    /**
     * Reads and relocates a context.
     *
     * @return nothing if the context is for a lower VTL, which the host does not start
     * @throws FormatException if it is no register list or has a register twice
     * @throws LoadException if it is not for VP 0
     */
    static Optional<VbsVpContext> of(VpContext header, int highestVtl, Optional<Relocation> relocation) {
        VbsVpContext context = VbsVpContext.read(header.content());
        if (context.vtl() != highestVtl) {
            return Optional.empty();
        }
        if (header.vpIndex() != 0) {
            throw new LoadException("VP context for VP " + header.vpIndex() + ", expected the boot processor, VP 0");
        }
        Set<Integer> seen = new HashSet<>();
        List<VbsRegister> registers = new ArrayList<>();
        for (VbsRegister register : context.registers()) {
            if (!seen.add(register.name())) {
                throw new FormatException(String.format("register 0x%08x is in a VP context twice", register.name()));
            }
            // As openvmm does: the task register keeps its reset value.
            if (register.name() != X64Register.TR.number()) {
                registers.add(relocation.map(r -> relocate(register, r)).orElse(register));
            }
        }
        if (registers.isEmpty()) {
            throw new LoadException("VP context of VTL " + highestVtl + " has no register but TR");
        }
        return Optional.of(new VbsVpContext(highestVtl, registers));
    }

    private static VbsRegister relocate(VbsRegister register, Relocation relocation) {
        if (register.name() == X64Register.CR3.number()) {
            return VbsRegister.ofU64(register.name(), register.u64() + relocation.offset());
        }
        if (register.name() == X64Register.RIP.number() && relocation.region().appliesToPc()) {
            return VbsRegister.ofU64(register.name(), relocation.apply(register.u64()));
        }
        if (register.name() == X64Register.GDTR.number() && relocation.region().appliesToGdtr()) {
            TableValue table = register.table();
            return VbsRegister.ofTable(register.name(), new TableValue(table.limit(), relocation.apply(table.base())));
        }
        return register;
    }
}
