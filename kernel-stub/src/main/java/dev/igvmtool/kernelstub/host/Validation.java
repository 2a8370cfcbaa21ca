package dev.igvmtool.kernelstub.host;

import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.guest.Cpu;

/** PVALIDATE and RMPADJUST; the registers they take are the caller's again afterwards. */
public final class Validation {
    /** What {@link #pvalidate} returns for a page that was as wanted already. */
    public static final long UNCHANGED = -1;

    /** The page, or its mapping, is not of the size that was asked for. */
    public static final long SIZE_MISMATCH = 6;

    private static final long RFLAGS_CF = 1;

    private Validation() {}

    /**
     * PVALIDATE.
     *
     * @return 0, {@link #UNCHANGED}, or why it fails
     */
    public static long pvalidate(Cpu cpu, long gva, boolean large, boolean validate) {
        return SavedRegisters.around(cpu, () -> {
            set(cpu, gva, large, validate ? 1 : 0);
            cpu.pvalidate();
            long code = cpu.get(Gpr.RAX);
            return code == 0 && (cpu.rflags() & RFLAGS_CF) != 0 ? UNCHANGED : code;
        });
    }

    /**
     * RMPADJUST.
     *
     * @return 0, or why it fails
     */
    public static long rmpadjust(Cpu cpu, long gva, boolean large, long attributes) {
        return SavedRegisters.around(cpu, () -> {
            set(cpu, gva, large, attributes);
            cpu.rmpadjust();
            return cpu.get(Gpr.RAX);
        });
    }

    private static void set(Cpu cpu, long rax, boolean large, long rdx) {
        cpu.set(Gpr.RAX, rax);
        cpu.set(Gpr.RCX, large ? 1 : 0);
        cpu.set(Gpr.RDX, rdx);
    }
}
