package dev.igvmtool.paravisor.exit;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.snp.SvmExit;
import dev.igvmtool.abi.snp.Vmsa;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.CpuidResult;

/** Reads exits as an SNP processor tells them: in the save area of VTL0. */
public final class SaveAreaExit {
    private static final long LOW_32 = 0xffff_ffffL;

    private SaveAreaExit() {}

    /**
     * What a save area says.
     *
     * @param cpu tells what CPUID would return
     * @throws FormatException for an exit that cannot be
     */
    public static Vtl0Exit of(Vmsa area, Cpu cpu) {
        long code = area.get(Vmsa.EXIT_CODE);
        long info = area.get(Vmsa.EXIT_INFO_1);
        long next = area.get(Vmsa.NEXT_RIP);
        long rip = area.get(Vmsa.RIP);
        if (code == SvmExit.IOIO) {
            return port(area, info);
        } else if (code == SvmExit.MSR) {
            long value = area.get(Gpr.RDX) << 32 | area.get(Gpr.RAX) & LOW_32;
            return new Vtl0Exit.Msr((int) area.get(Gpr.RCX), info == 1, value, next);
        } else if (code == SvmExit.CPUID) {
            CpuidResult result = cpu.cpuid((int) area.get(Gpr.RAX), (int) area.get(Gpr.RCX));
            return CpuidExit.of(result, next);
        } else if (code == SvmExit.VMMCALL) {
            return new Vtl0Exit.Hypercall(next);
        } else if (code == SvmExit.HLT) {
            return new Vtl0Exit.Halt(next);
        } else if (code == SvmExit.SHUTDOWN) {
            return new Vtl0Exit.TripleFault(rip);
        } else if (code == SvmExit.NESTED_PAGE_FAULT || code == SvmExit.PAGE_NOT_VALIDATED) {
            return new Vtl0Exit.MemoryAccess(area.get(Vmsa.EXIT_INFO_2), rip);
        } else if (code == SvmExit.VMGEXIT) {
            return new Vtl0Exit.Unsupported("VMGEXIT", rip);
        }
        throw new FormatException(String.format("VTL0 exit with unexpected code 0x%x of the save area", code));
    }

    private static Vtl0Exit port(Vmsa area, long info) {
        return new Vtl0Exit.Port(
                (int) (info >>> SvmExit.IO_PORT_SHIFT) & 0xffff,
                (int) (info >>> SvmExit.IO_SIZE_SHIFT) & 7,
                (info & SvmExit.IO_READ) == 0,
                (info & (SvmExit.IO_STRING | SvmExit.IO_REPEATED)) != 0,
                area.get(Gpr.RAX),
                area.get(Vmsa.EXIT_INFO_2));
    }
}
