package dev.igvmtool.sidecar;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.GuestException;

/** The end of a VP that cannot go on: crash registers for the host, text on COM3 while starting, then UD2. */
final class Crash {
    /** "BOOTSHIM" and "SIDECARK", first letter in the most significant byte of the second. */
    private static final long P0 = 0x4d49_4853_544f_4f42L;

    private static final long P1 = 0x5349_4445_4341_524bL;
    private static final long CONTROL_WITH_TEXT = 0xf400_0000_0000_0000L;
    private static final long CONTROL_WITHOUT_TEXT = 0xb400_0000_0000_0000L;
    private static final int MAX_TEXT_BYTES = 512;
    private static final int P_COUNT = 5;

    private Crash() {}

    /** Reports {@code text}; the result is what the step has to throw. */
    static GuestException panic(Cpu cpu, String text) {
        Statics statics = Statics.of(cpu);
        Bytes content = Bytes.utf8("sidecar panic: " + text);
        content = content.slice(0, Math.min(content.size(), MAX_TEXT_BYTES));
        if (!statics.afterInit()) {
            Console.write(cpu, content.toUtf8() + "\n");
        }
        long[] parameters = {P0, P1, -1L, 0, 0};
        boolean withText = statics.crashTextAllowed();
        long buffer = cpu.get(Gpr.RSP) - MAX_TEXT_BYTES & -16L;
        if (withText && isOnStack(buffer)) {
            cpu.memory().writeBytes(buffer, content);
            parameters[3] = AddressSpace.gpaOf(cpu, buffer);
            parameters[4] = content.size();
        }
        for (int i = 0; i < P_COUNT; i++) {
            cpu.writeMsr(Msr.HV_CRASH_P0 + i, parameters[i]);
        }
        cpu.writeMsr(Msr.HV_CRASH_CTL, withText ? CONTROL_WITH_TEXT : CONTROL_WITHOUT_TEXT);
        return GuestException.invalidOpcode(content.toUtf8());
    }

    /** Only pages that every VP's table maps are recognised; the lowest page of the first VP's stack is not. */
    private static boolean isOnStack(long address) {
        return Long.compareUnsigned(address, AddressSpace.STACK_BOTTOM) >= 0
                && Long.compareUnsigned(address, AddressSpace.STACK_TOP) < 0;
    }
}
