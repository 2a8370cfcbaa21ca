package dev.igvmtool.machine.partition;

import dev.igvmtool.machine.memory.Encryption;

/** How a partition is isolated from its host. Only {@link #NONE} changes nothing in how the machine works. */
public enum Isolation {
    NONE(0),
    VBS(1),
    SNP(2),
    TDX(3);

    private final int cpuidType;

    Isolation(int cpuidType) {
        this.cpuidType = cpuidType;
    }

    /** How the platform keeps memory from the host. */
    public Encryption encryption() {
        return switch (this) {
            case NONE -> Encryption.NONE;
            case VBS -> Encryption.VBS;
            case SNP -> Encryption.SNP;
            case TDX -> Encryption.TDX;
        };
    }

    /** Low four bits of CPUID 0x4000000C EBX. */
    public int cpuidType() {
        return cpuidType;
    }
}
