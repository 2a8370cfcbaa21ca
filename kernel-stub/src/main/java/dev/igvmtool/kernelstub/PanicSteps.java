package dev.igvmtool.kernelstub;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.snp.GhcbMsr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import dev.igvmtool.kernelstub.call.SystemCalls;
import dev.igvmtool.kernelstub.fault.KernelPanic;
import dev.igvmtool.kernelstub.fault.LinuxError;
import dev.igvmtool.kernelstub.fault.SnpTermination;
import dev.igvmtool.kernelstub.fault.ThreadGone;
import dev.igvmtool.kernelstub.host.Detection;
import dev.igvmtool.kernelstub.host.Host;
import dev.igvmtool.kernelstub.host.Hosts;
import dev.igvmtool.kernelstub.host.Platform;
import dev.igvmtool.kernelstub.host.SnpHost;
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
            } catch (ThreadGone e) {
                cpu.jumpTo(SystemCalls.SCHEDULE_STEP);
            } catch (KernelPanic | FormatException | LinuxError e) {
                panic(cpu, e);
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

    private static void panic(Cpu cpu, RuntimeException cause) {
        String text = "Kernel panic - not syncing: " + cause.getMessage();
        if (EntrySteps.hasOwnTables(cpu)) {
            Kernel kernel = Kernel.resume(cpu);
            kernel.log(Kernel.EMERGENCY, text);
            kernel.commit();
        } else {
            EntrySteps.earlyMessage(cpu, text);
            cpu.keep(new EarlyPanic(text));
        }
        if (cause instanceof SnpTermination termination) {
            terminate(cpu, termination.set(), termination.reason());
        }
        cpu.jumpTo("panic");
    }

    /** The end of an SNP guest by the MSR protocol, for which nothing must be set up. */
    private static void terminate(Cpu cpu, int set, int reason) {
        try {
            cpu.writeMsr(Msr.GHCB, GhcbMsr.termination(set, reason));
            cpu.vmgexit();
        } catch (GuestException e) {
            // Not even an SNP guest: it halts, after another way to tell has been tried.
            return;
        }
    }

    private static void report(Cpu cpu) {
        cpu.disableInterrupts();
        long address = 0;
        long size = 0;
        Host host = Hosts.of(new Platform.Open(), cpu, cpu.memory(), () -> 0);
        if (EntrySteps.hasOwnTables(cpu)) {
            Kernel kernel = Kernel.resume(cpu);
            host = kernel.host();
            if (host instanceof SnpHost && !kernel.layout().hypervisor()) {
                terminate(cpu, SnpTermination.SET_GENERAL, SnpTermination.GENERAL_REQUEST);
                return;
            }
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
                host.writeMsr(Msr.HV_CRASH_P0 + i, 0);
            }
            host.writeMsr(Msr.HV_CRASH_P0 + 3, address);
            host.writeMsr(Msr.HV_CRASH_P0 + 4, size);
            host.writeMsr(Msr.HV_CRASH_CTL, size == 0 ? CRASH_NOTIFY : CRASH_NOTIFY | CRASH_MESSAGE);
        } catch (GuestException e) {
            // No hypervisor takes the report.
            if (cpu.kept(EarlyPanic.class).isPresent() && Detection.isSnp(cpu)) {
                terminate(cpu, SnpTermination.SET_GENERAL, SnpTermination.GENERAL_REQUEST);
            }
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
