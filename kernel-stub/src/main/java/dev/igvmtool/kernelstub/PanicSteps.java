package dev.igvmtool.kernelstub;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import dev.igvmtool.kernelstub.fault.KernelPanic;
import dev.igvmtool.kernelstub.fault.LinuxError;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.kernelstub.state.EarlyPanic;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.KernelLog;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.guest.Step;
import java.util.List;

/**
 * The end: the message goes to log and console, the end of the log to the host by the crash registers (Linux
 * {@code hyperv_report_panic_msg}), and the processor halts.
 */
final class PanicSteps {
    private static final long CRASH_NOTIFY = 1L << 63;
    private static final long CRASH_MESSAGE = 1L << 62;
    private static final int MESSAGE_BYTES = 4096;

    private PanicSteps() {}

    static List<Step> steps() {
        return List.of(Step.of("panic", PanicSteps::report), Step.of("panic-halt", cpu -> {
            cpu.disableInterrupts();
            cpu.halt();
            cpu.jumpTo("panic-halt");
        }));
    }

    /** A step whose failures are the kernel's end. */
    static Step.Action guarded(Step.Action action) {
        return cpu -> {
            try {
                action.run(cpu);
            } catch (KernelPanic | FormatException | LinuxError e) {
                panic(cpu, String.valueOf(e.getMessage()));
            }
        };
    }

    /** A guarded step that is an event of the timeline. */
    static Step step(String event, String name, Step.Action action) {
        return Step.of(event, name, guarded(action));
    }

    /** A guarded step. */
    static Step step(String name, Step.Action action) {
        return Step.of(name, guarded(action));
    }

    private static void panic(Cpu cpu, String message) {
        String text = "Kernel panic - not syncing: " + message;
        if (EntrySteps.hasOwnTables(cpu)) {
            Kernel kernel = Kernel.resume(cpu);
            kernel.log(Kernel.EMERGENCY, text);
            kernel.commit();
        } else {
            EntrySteps.earlyMessage(cpu, text);
            cpu.keep(new EarlyPanic(text));
        }
        cpu.jumpTo("panic");
    }

    private static void report(Cpu cpu) {
        cpu.disableInterrupts();
        long address = 0;
        long size = 0;
        if (EntrySteps.hasOwnTables(cpu)) {
            Kernel kernel = Kernel.resume(cpu);
            if (mayTellHost(kernel) && kernel.pages().freeBytes() >= KernelMap.PAGE) {
                Bytes text = Bytes.utf8(
                        new KernelLog(kernel.physical(), kernel.layout().log()).text());
                Bytes end = text.from(Math.max(0, text.size() - MESSAGE_BYTES));
                address = kernel.pages().page();
                size = end.size();
                kernel.physical().writeBytes(address, end);
                kernel.commit();
            }
        }
        try {
            for (int i = 0; i < 3; i++) {
                cpu.writeMsr(Msr.HV_CRASH_P0 + i, 0);
            }
            cpu.writeMsr(Msr.HV_CRASH_P0 + 3, address);
            cpu.writeMsr(Msr.HV_CRASH_P0 + 4, size);
            cpu.writeMsr(Msr.HV_CRASH_CTL, size == 0 ? CRASH_NOTIFY : CRASH_NOTIFY | CRASH_MESSAGE);
        } catch (GuestException e) {
            // No hypervisor takes the report; there is nobody else to tell.
            cpu.jumpTo("panic-halt");
        }
    }

    /** A host outside the trust boundary gets no text. */
    private static boolean mayTellHost(Kernel kernel) {
        try {
            return BootTree.of(Fdt.parse(kernel.deviceTree())).isolation() == TreeIsolation.NONE;
        } catch (FormatException e) {
            return false;
        }
    }
}
