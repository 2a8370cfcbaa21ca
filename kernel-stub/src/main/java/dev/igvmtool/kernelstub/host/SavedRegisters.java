package dev.igvmtool.kernelstub.host;

import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.guest.Cpu;
import java.util.function.Supplier;

/** Keeps the general registers of a caller over a sequence of instructions that uses some. */
final class SavedRegisters {
    private SavedRegisters() {}

    /** Runs {@code action} and puts all general registers back. */
    static <T> T around(Cpu cpu, Supplier<T> action) {
        Gpr[] registers = Gpr.values();
        long[] values = new long[registers.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = cpu.get(registers[i]);
        }
        try {
            return action.get();
        } finally {
            for (int i = 0; i < values.length; i++) {
                cpu.set(registers[i], values[i]);
            }
        }
    }
}
