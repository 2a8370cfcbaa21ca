package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.bootshim.plan.ShimFatalException;
import dev.igvmtool.devicetree.FdtBuildException;
import dev.igvmtool.machine.guest.ArmCpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;
import java.util.Objects;

/** {@link PanicSteps} of AArch64. X0 and X1 carry address and length of the text from step to step. */
final class ArmPanicSteps {
    static final String TRAP = "panic-trap";

    private static final String FIRST = "panic";
    private static final int BREAK = 0xffff;

    /** The reference asks the secure monitor for this, to be seen to end. */
    private static final long END = 0x8600_0006L;

    private ArmPanicSteps() {}

    static List<Step> steps() {
        return List.of(
                Step.arm(FIRST, ArmPanicSteps::log),
                Step.arm("panic-report", ArmPanicSteps::report),
                Step.arm(TRAP, cpu -> cpu.brk(BREAK)));
    }

    /** A step that is an event of the timeline and has the way out for what is fatal to the shim. */
    static Step step(String event, String name, Step.ArmAction action) {
        return Step.arm(event, name, cpu -> {
            try {
                action.run(cpu);
            } catch (ShimFatalException | FormatException | FdtBuildException e) {
                raise(cpu, name, Objects.requireNonNullElse(e.getMessage(), "no reason known"));
            }
        });
    }

    private static void raise(ArmCpu cpu, String step, String message) {
        Bytes text = PanicSteps.text(step, message);
        long address = cpu.sp() - text.size() & -16L;
        cpu.memory().writeBytes(address, text);
        cpu.setSp(address);
        cpu.setX(19, address);
        cpu.setX(20, text.size());
        cpu.jumpTo(FIRST);
    }

    private static void log(ArmCpu cpu) {
        if (ShimVariables.of(cpu).is(ShimVariables.Flag.LOG_OPEN)) {
            Bytes text = cpu.memory().readBytes(cpu.x(19), (int) cpu.x(20));
            BootLog.of(cpu).error("{}", text.toUtf8());
        }
    }

    private static void report(ArmCpu cpu) {
        boolean withText = ShimVariables.of(cpu).is(ShimVariables.Flag.PANIC_TEXT);
        new ArmRegisterCalls(cpu)
                .setCrash(
                        PanicSteps.CRASH_P0,
                        PanicSteps.CRASH_P1,
                        -1,
                        withText ? cpu.x(19) : 0,
                        withText ? Math.min(cpu.x(20), PanicSteps.MAX_REPORTED_BYTES) : 0,
                        withText ? PanicSteps.CRASH_NOTIFY_WITH_MESSAGE : PanicSteps.CRASH_NOTIFY);
    }

    /** The last thing that a shim does which cannot go on. */
    static void end(ArmCpu cpu) {
        cpu.setX(0, END);
        cpu.smc();
    }
}
