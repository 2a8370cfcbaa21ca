package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.bootshim.plan.ShimFatalException;
import dev.igvmtool.devicetree.FdtBuildException;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.guest.Step;
import java.util.List;
import java.util.Objects;

/**
 * The end of a shim that cannot go on: a last log line, the crash registers, an exception that nobody handles. The text
 * stands on the stack; RDI and RSI carry its address and length from step to step.
 */
final class PanicSteps {
    /** The end without words. */
    static final String TRAP = "panic-trap";

    private static final String FIRST = "panic";
    /** {@code BOOTSHIM} in memory order. */
    static final long CRASH_P0 = 0x4d49_4853_544f_4f42L;
    /** {@code OHCLBOOT} as a number. */
    static final long CRASH_P1 = 0x4f48_434c_424f_4f54L;

    static final long CRASH_NOTIFY_WITH_MESSAGE = 0xf400_0000_0000_0000L;
    static final long CRASH_NOTIFY = 0xb400_0000_0000_0000L;
    static final int MAX_REPORTED_BYTES = 512;
    private static final int MAX_TEXT_BYTES = 4096;

    private PanicSteps() {}

    static List<Step> steps() {
        return List.of(
                Step.of(FIRST, PanicSteps::log),
                Step.of("panic-report", PanicSteps::report),
                Step.of(TRAP, PanicSteps::trap));
    }

    /** A step that is an event of the timeline and has the way out for what is fatal to the shim. */
    static Step step(String event, String name, Step.Action action) {
        return Step.of(event, name, guarded(name, action));
    }

    /** A step with the way out for what is fatal to the shim. */
    static Step step(String name, Step.Action action) {
        return Step.of(name, guarded(name, action));
    }

    private static Step.Action guarded(String name, Step.Action action) {
        return cpu -> {
            try {
                action.run(cpu);
            } catch (ShimFatalException | FormatException | FdtBuildException e) {
                raise(cpu, name, Objects.requireNonNullElse(e.getMessage(), "no reason known"));
            }
        };
    }

    private static void raise(Cpu cpu, String step, String message) {
        Bytes text = text(step, message);
        long address = cpu.get(Gpr.RSP) - text.size() & -16L;
        cpu.memory().writeBytes(address, text);
        cpu.set(Gpr.RSP, address);
        cpu.set(Gpr.RDI, address);
        cpu.set(Gpr.RSI, text.size());
        cpu.jumpTo(FIRST);
    }

    /** In the form of the reference's panics, which name a place in its sources; here it is the step. */
    static Bytes text(String step, String message) {
        Bytes all = Bytes.utf8("panicked at boot-shim, step " + step + ":\n" + message);
        return all.slice(0, Math.min(all.size(), MAX_TEXT_BYTES));
    }

    private static void log(Cpu cpu) {
        if (ShimVariables.of(cpu).is(ShimVariables.Flag.LOG_OPEN)) {
            Bytes text = cpu.memory().readBytes(cpu.get(Gpr.RDI), (int) cpu.get(Gpr.RSI));
            BootLog.of(cpu).error("{}", text.toUtf8());
        }
    }

    private static void report(Cpu cpu) {
        boolean withText = ShimVariables.of(cpu).is(ShimVariables.Flag.PANIC_TEXT);
        cpu.writeMsr(Msr.HV_CRASH_P0, CRASH_P0);
        cpu.writeMsr(Msr.HV_CRASH_P0 + 1, CRASH_P1);
        cpu.writeMsr(Msr.HV_CRASH_P0 + 2, -1);
        cpu.writeMsr(Msr.HV_CRASH_P0 + 3, withText ? cpu.get(Gpr.RDI) : 0);
        cpu.writeMsr(Msr.HV_CRASH_P0 + 4, withText ? Math.min(cpu.get(Gpr.RSI), MAX_REPORTED_BYTES) : 0);
        cpu.writeMsr(Msr.HV_CRASH_CTL, withText ? CRASH_NOTIFY_WITH_MESSAGE : CRASH_NOTIFY);
    }

    private static void trap(Cpu cpu) {
        throw GuestException.invalidOpcode("the boot shim has stopped the machine");
    }
}
