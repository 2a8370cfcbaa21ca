package dev.igvmtool.kernelstub;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.abi.x64.Vector;
import dev.igvmtool.kernelstub.hv.Interrupts;
import dev.igvmtool.kernelstub.hv.PrivatePages;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.kernelstub.state.CpuArea;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.Processor;
import dev.igvmtool.kernelstub.state.Selectors;
import dev.igvmtool.machine.guest.Cpu;

/** Descriptor tables and system registers of a processor. */
final class ProcessorTables {
    private static final int GATE_BYTES = 16;
    private static final long INTERRUPT_GATE = 0x8e00L << 32;
    private static final int TABLE_LIMIT = 256 * GATE_BYTES - 1;
    /** Flags that SYSCALL clears: trap, interrupt, direction, I/O privilege, nested task, alignment check. */
    private static final long SYSCALL_MASK = 0x4_7700;

    private ProcessorTables() {}

    /** Gates for exceptions and for interrupts between processors; all of them disable interrupts. */
    static void writeInterruptTable(Kernel kernel) {
        for (Vector vector : Vector.values()) {
            gate(kernel, vector.number(), TrapSteps.stepName(vector));
        }
        gate(kernel, Interrupts.RESCHEDULE, TrapSteps.RESCHEDULE);
        gate(kernel, Interrupts.SIDECAR, TrapSteps.SIDECAR);
        gate(kernel, Interrupts.HYPERVISOR, TrapSteps.HYPERVISOR);
    }

    private static void gate(Kernel kernel, int vector, String step) {
        long target = kernel.cpu().addressOf(step);
        long low =
                target & 0xffff | (long) Selectors.KERNEL_CODE << 16 | INTERRUPT_GATE | (target >>> 16 & 0xffff) << 48;
        long gate = kernel.layout().interruptTable() + (long) vector * GATE_BYTES;
        kernel.physical().writeU64(gate, low);
        kernel.physical().writeU64(gate + 8, target >>> 32);
    }

    /** Gives a processor its pages and fills its descriptor table. */
    static void prepare(Kernel kernel, int index) {
        GpaRange areaPages = kernel.pages().pages(CpuArea.PAGES);
        kernel.physical().zero(areaPages.start(), areaPages.size());
        CpuArea area = new CpuArea(kernel.physical(), areaPages.start());
        area.setIndex(index);
        area.setStackTop(area.idleStackTop());
        long[] descriptors = Selectors.table(KernelMap.direct(area.gpa() + CpuArea.TSS));
        for (int i = 0; i < descriptors.length; i++) {
            kernel.physical().writeU64(area.gpa() + CpuArea.GDT + i * 8L, descriptors[i]);
        }
        GpaRange exchange = kernel.pages().pages(2);
        kernel.physical().zero(exchange.start(), exchange.size());
        PrivatePages.share(kernel, exchange);
        long assist = kernel.platform().hardware() ? 0 : kernel.clearedPage();
        kernel.put(kernel.processors().get(index).withPages(area.gpa(), exchange.start(), assist));
    }

    static TableValue gdt(Processor processor) {
        return new TableValue(CpuArea.GDT_ENTRIES * 8 - 1, KernelMap.direct(processor.area() + CpuArea.GDT));
    }

    static TableValue idt(Kernel kernel) {
        return new TableValue(TABLE_LIMIT, KernelMap.direct(kernel.layout().interruptTable()));
    }

    /** Loads the tables on this processor. */
    static void load(Kernel kernel, int index) {
        Cpu cpu = kernel.cpu();
        Processor processor = kernel.processors().get(index);
        CpuArea area = new CpuArea(kernel.physical(), processor.area());
        cpu.setGdtr(gdt(processor));
        cpu.setIdtr(idt(kernel));
        cpu.set(SegmentRegister.CS, Selectors.kernelCode());
        cpu.set(SegmentRegister.SS, Selectors.kernelData());
        cpu.set(SegmentRegister.DS, Selectors.kernelData());
        cpu.set(SegmentRegister.ES, Selectors.kernelData());
        cpu.set(SegmentRegister.TR, Selectors.task(KernelMap.direct(processor.area() + CpuArea.TSS)));
        cpu.set(Gpr.RSP, area.idleStackTop());
        cpu.writeMsr(Msr.KERNEL_GS_BASE, KernelMap.direct(processor.area()));
        loadSystemCallRegisters(cpu);
    }

    /** Registers of SYSCALL and SYSRET. */
    static void loadSystemCallRegisters(Cpu cpu) {
        cpu.writeMsr(Msr.STAR, (long) Selectors.USER_BASE << 48 | (long) Selectors.KERNEL_CODE << 32);
        cpu.writeMsr(Msr.LSTAR, cpu.addressOf(UserSteps.ENTRY));
        cpu.writeMsr(Msr.SFMASK, SYSCALL_MASK);
    }
}
