package dev.igvmtool.host.loader;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.format.context.VbsRegister;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.host.config.RamRange;
import dev.igvmtool.machine.guest.Architecture;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Everything that the host does before the boot processor runs.
 *
 * @param architecture of the image, and so of the machine
 * @param platform of the file that was chosen
 * @param ram all RAM, that of VTL2 included
 * @param memoryMap what the guest is told of it
 * @param relocation how VTL2's region moves, if it does
 * @param vtl2Base start of VTL2's region, after relocation; empty if the image says nothing of one
 * @param imports in the order of the file
 * @param snp what the SNP firmware is told, for SNP
 * @param vtl in which the boot processor starts
 * @param registers of the boot processor; others are as after reset
 * @param hostTree device tree for VTL2, if the image has room for one
 * @param steps what happened, in order
 */
public record LoadPlan(
        Architecture architecture,
        SupportedPlatform platform,
        List<RamRange> ram,
        GuestMemoryMap memoryMap,
        Optional<Relocation> relocation,
        OptionalLong vtl2Base,
        List<PageImport> imports,
        Optional<SnpLaunch> snp,
        int vtl,
        List<VbsRegister> registers,
        Optional<Bytes> hostTree,
        List<HostStep> steps) {
    public LoadPlan {
        ram = List.copyOf(ram);
        imports = List.copyOf(imports);
        registers = List.copyOf(registers);
        steps = List.copyOf(steps);
    }

    /** Address of the boot processor's first instruction, if the image gives one. */
    public OptionalLong entry() {
        return register(RegisterRoles.of(architecture).pc());
    }

    /** What the boot processor's first program is given: RSI, on AArch64 X0. */
    public OptionalLong argument() {
        return register(RegisterRoles.of(architecture).argument());
    }

    private OptionalLong register(int name) {
        return registers.stream()
                .filter(register -> register.name() == name)
                .mapToLong(VbsRegister::u64)
                .findFirst();
    }
}
