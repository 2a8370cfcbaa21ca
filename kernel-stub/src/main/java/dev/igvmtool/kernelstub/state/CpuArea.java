package dev.igvmtool.kernelstub.state;

import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.kernelstub.memory.KernelMap;

/**
 * The per-CPU data of one processor, two pages: descriptor table, task state segment and the words that the system-call
 * entry needs; then the stack for idling. A view.
 *
 * @param physical memory by guest physical address
 * @param gpa first byte
 */
public record CpuArea(Memory physical, long gpa) {
    /** Pages of an area. */
    public static final int PAGES = 2;
    /** Offset of the global descriptor table. */
    public static final int GDT = 0x000;
    /** Entries of the global descriptor table, in the order of Linux. */
    public static final int GDT_ENTRIES = 10;
    /** Offset of the task state segment. */
    public static final int TSS = 0x080;
    /** Bytes of the task state segment. */
    public static final int TSS_BYTES = 104;

    private static final int TSS_RSP0 = TSS + 4;
    private static final int INDEX = 0x100;

    /** Index of the processor. */
    public int index() {
        return (int) physical.readU32(gpa + INDEX);
    }

    /** Sets the index of the processor. */
    public void setIndex(int index) {
        physical.writeU32(gpa + INDEX, index);
    }

    /** Top of the kernel stack of the process that runs here, virtual. */
    public long stackTop() {
        return physical.readU64(gpa + TSS_RSP0);
    }

    /** Sets the top of the kernel stack: where the processor and the system-call entry save registers. */
    public void setStackTop(long gva) {
        physical.writeU64(gpa + TSS_RSP0, gva);
    }

    /** Top of the stack for idling, virtual. */
    public long idleStackTop() {
        return KernelMap.direct(gpa + PAGES * KernelMap.PAGE);
    }
}
