package dev.igvmtool.machine.guest;

/** The four registers that CPUID returns. */
public record CpuidResult(int eax, int ebx, int ecx, int edx) {
    /** All registers zero: a leaf that does not exist. */
    public static final CpuidResult NONE = new CpuidResult(0, 0, 0, 0);
}
