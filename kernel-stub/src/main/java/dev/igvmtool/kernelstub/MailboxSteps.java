package dev.igvmtool.kernelstub;

import static dev.igvmtool.kernelstub.PanicSteps.step;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.tdx.TdxMailboxPage;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.abi.x64.TdxTrampolineContext;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.kernelstub.fault.KernelPanic;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.kernelstub.memory.PageTables;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.Processor;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;

/**
 * How a trust domain starts a processor: it waits in the mailbox of the device tree, on page tables on which it can read
 * and execute, and is sent to the kernel's text where that stands in memory (Linux {@code acpi_wakeup_cpu}). The starter
 * has the index of the processor in RBX.
 */
final class MailboxSteps {
    static final String WAKE = "call-processor";

    private static final String TAKEN = "wait-for-mailbox";
    private static final String ENTRY = "mailbox-entry";
    private static final String UPPER = "mailbox-upper-half";
    private static final int TOPOLOGY_LEAF = 0xb;
    private static final long MAILBOX_FLAGS =
            PageTableEntry.PRESENT | PageTableEntry.WRITABLE | PageTableEntry.NO_EXECUTE;

    private MailboxSteps() {}

    static List<Step> steps() {
        return List.of(
                step(WAKE, MailboxSteps::call),
                step(TAKEN, MailboxSteps::awaitTaken),
                Step.of(ENTRY, MailboxSteps::enter),
                Step.of("mailbox-jump", cpu -> cpu.jump(cpu.addressOf(UPPER) - cpu.origin() + upperOrigin(cpu))),
                step(UPPER, MailboxSteps::loadTables));
    }

    private static long upperOrigin(Cpu cpu) {
        return KernelMap.TEXT + (cpu.origin() & KernelMap.PAGE - 1);
    }

    /** The mailbox, mapped for as long as the step lasts. */
    private static TdxMailboxPage mailbox(Kernel kernel) {
        long window = KernelMap.window(kernel.self().index(), false);
        kernel.tables(kernel.layout().cr3()).map(window, TdxTrampolineContext.GPA, KernelMap.PAGE, MAILBOX_FLAGS);
        kernel.cpu().invlpg(window);
        return new TdxMailboxPage(kernel.cpu().memory(), window);
    }

    private static void call(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        if (!BootTree.of(Fdt.parse(kernel.deviceTree())).wakeupMailbox()) {
            throw new KernelPanic("the device tree has no mailbox to start processors of a trust domain");
        }
        PageTables tables = kernel.tables(kernel.layout().cr3());
        GpaRange text = EntrySteps.text(cpu);
        long gpa = tables.lookup(text.start()).orElseThrow().gpa(text.start());
        tables.map(gpa, gpa, text.size(), PageTableEntry.PRESENT);
        Processor processor = kernel.processors().get((int) cpu.get(Gpr.RBX));
        TdxMailboxPage mailbox = mailbox(kernel);
        mailbox.setApicId(processor.apicId());
        mailbox.setWakeupVector(cpu.addressOf(ENTRY) - text.start() + gpa);
        mailbox.setCommand(TdxMailboxPage.WAKE_UP);
        kernel.commit();
    }

    private static void awaitTaken(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        if (mailbox(kernel).command() == 0) {
            cpu.jumpTo(ProcessorSteps.AWAIT);
        } else {
            cpu.pause();
            cpu.jumpTo(TAKEN);
        }
    }

    /** The first step of a processor, where the text stands in memory. */
    private static void enter(Cpu cpu) {
        EntrySteps.enableFeatures(cpu);
        Kernel kernel = Kernel.early(cpu);
        kernel.load(kernel.layout().cr3());
    }

    /** Which processor it is, it knows by itself. */
    private static void loadTables(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        long apicId = Integer.toUnsignedLong(cpu.cpuid(TOPOLOGY_LEAF, 0).edx());
        Processor self = kernel.processors().stream()
                .filter(processor -> processor.apicId() == apicId && processor.area() != 0)
                .findFirst()
                .orElseThrow(() -> new KernelPanic("nobody has called the processor with APIC id " + apicId));
        ProcessorTables.load(kernel, self.index());
        cpu.writeMsr(Msr.GS_BASE, cpu.readMsr(Msr.KERNEL_GS_BASE));
        EntrySteps.dropIdentity(kernel);
        kernel.commit();
        cpu.jumpTo(ProcessorSteps.SECONDARY);
    }
}
