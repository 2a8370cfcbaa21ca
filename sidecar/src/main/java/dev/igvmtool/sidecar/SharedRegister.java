package dev.igvmtool.sidecar;

import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.machine.guest.Cpu;
import java.util.Optional;

/**
 * A register that all VTLs of a VP share, so that it is reached without the hypervisor.
 *
 * @param debug true for a debug register, false for an MSR
 * @param number of the debug register or MSR
 */
record SharedRegister(boolean debug, int number) {
    private static final int VARIABLE_RANGES = 8;
    private static final int MTRR_FIX_16K = 0x258;
    private static final int MTRR_FIX_4K = 0x268;
    private static final int DEBUG_ADDRESSES = 4;
    private static final int DR6 = 6;

    /** The shared register of a name, if it is one. */
    static Optional<SharedRegister> of(int name, boolean dr6Shared) {
        if (name == RegisterName.MTRR_DEF_TYPE) {
            return msr(Msr.MTRR_DEF_TYPE);
        }
        if (isIn(name, RegisterName.MTRR_PHYS_BASE0, VARIABLE_RANGES)) {
            return msr(Msr.MTRR_PHYS_BASE_0 + 2 * (name - RegisterName.MTRR_PHYS_BASE0));
        }
        if (isIn(name, RegisterName.MTRR_PHYS_MASK0, VARIABLE_RANGES)) {
            return msr(Msr.MTRR_PHYS_BASE_0 + 1 + 2 * (name - RegisterName.MTRR_PHYS_MASK0));
        }
        if (name == RegisterName.MTRR_FIX_64K_00000) {
            return msr(Msr.MTRR_FIX_64K_00000);
        }
        if (isIn(name, RegisterName.MTRR_FIX_16K_80000, 2)) {
            return msr(MTRR_FIX_16K + name - RegisterName.MTRR_FIX_16K_80000);
        }
        if (isIn(name, RegisterName.MTRR_FIX_4K_C0000, VARIABLE_RANGES)) {
            return msr(MTRR_FIX_4K + name - RegisterName.MTRR_FIX_4K_C0000);
        }
        if (isIn(name, RegisterName.DR0, DEBUG_ADDRESSES)) {
            return Optional.of(new SharedRegister(true, name - RegisterName.DR0));
        }
        if (name == RegisterName.DR6 && dr6Shared) {
            return Optional.of(new SharedRegister(true, DR6));
        }
        return Optional.empty();
    }

    long get(Cpu cpu) {
        return debug ? cpu.debugRegister(number) : cpu.readMsr(number);
    }

    void set(Cpu cpu, long value) {
        if (debug) {
            cpu.setDebugRegister(number, value);
        } else {
            cpu.writeMsr(number, value);
        }
    }

    private static boolean isIn(int name, int first, int count) {
        return name >= first && name < first + count;
    }

    private static Optional<SharedRegister> msr(int number) {
        return Optional.of(new SharedRegister(false, number));
    }
}
