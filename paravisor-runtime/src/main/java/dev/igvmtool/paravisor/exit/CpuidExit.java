package dev.igvmtool.paravisor.exit;

import dev.igvmtool.machine.guest.CpuidResult;

/** CPUID of a guest whose processor leaves without saying what it would have returned. */
final class CpuidExit {
    private CpuidExit() {}

    /** The exit with what this processor returns. */
    static Vtl0Exit of(CpuidResult result, long next) {
        return new Vtl0Exit.Cpuid(
                Integer.toUnsignedLong(result.eax()),
                Integer.toUnsignedLong(result.ebx()),
                Integer.toUnsignedLong(result.ecx()),
                Integer.toUnsignedLong(result.edx()),
                next);
    }
}
