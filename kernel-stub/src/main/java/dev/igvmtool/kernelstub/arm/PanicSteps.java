package dev.igvmtool.kernelstub.arm;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.kernelstub.fault.KernelPanic;
import dev.igvmtool.kernelstub.state.EarlyPanic;
import dev.igvmtool.kernelstub.state.KernelLog;
import dev.igvmtool.machine.guest.ArmCpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;
import java.util.Optional;

/** The end: the message goes to the log, the end of the log to the host by the crash registers, and the processor waits. */
final class PanicSteps {
    private static final String HALT = "panic-halt";
    private static final long CRASH_NOTIFY = 1L << 63;
    private static final long CRASH_MESSAGE = 1L << 62;

    private PanicSteps() {}

    static List<Step> steps() {
        return List.of(Step.arm("panic", PanicSteps::report), Step.arm(HALT, cpu -> {
            cpu.waitForInterrupt();
            cpu.jumpTo(HALT);
        }));
    }

    /** A step that is an event of the timeline and whose failures are the kernel's end. */
    static Step step(String event, String name, Step.ArmAction action) {
        return Step.arm(event, name, guarded(action));
    }

    /** A step whose failures are the kernel's end. */
    static Step step(String name, Step.ArmAction action) {
        return Step.arm(name, guarded(action));
    }

    private static Step.ArmAction guarded(Step.ArmAction action) {
        return cpu -> {
            try {
                action.run(cpu);
            } catch (KernelPanic | FormatException e) {
                panic(cpu, "Kernel panic - not syncing: " + e.getMessage());
            }
        };
    }

    private static void panic(ArmCpu cpu, String text) {
        if (cpu.kept(ArmKernelState.class).isPresent()) {
            ArmKernel.of(cpu).log(ArmKernel.EMERGENCY, text);
        } else {
            cpu.keep(new EarlyPanic(text));
        }
        cpu.jumpTo("panic");
    }

    private static void report(ArmCpu cpu) {
        Optional<ArmKernelState> state = cpu.kept(ArmKernelState.class);
        long address = 0;
        long size = 0;
        if (state.isPresent()) {
            Bytes text = Bytes.utf8(new KernelLog(cpu.memory(), state.get().log()).text());
            Bytes end = text.from(
                    Math.max(0, text.size() - (int) state.get().report().size()));
            address = state.get().report().start();
            size = end.size();
            cpu.memory().writeBytes(address, end);
        }
        long control = size == 0 ? CRASH_NOTIFY : CRASH_NOTIFY | CRASH_MESSAGE;
        long[] values = {0, 0, 0, address, size, control};
        for (int i = 0; i < values.length; i++) {
            cpu.setVpRegister(RegisterName.CRASH_P0 + i, values[i]);
        }
    }
}
