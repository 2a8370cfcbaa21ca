package dev.igvmtool.kernelstub;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.abi.x64.TdxTrampolineContext;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.vp.TdxMailbox;

/** What image and boot shim leave for the processors of a trust domain: reset page, page tables, and them in the mailbox. */
final class TrustDomain {
    static final GpaRange RESET_PAGE = GpaRange.ofSize(TdxTrampolineContext.GPA, 0x1000);
    /** Page tables on which they wait, in memory that the kernel does not use. */
    static final long WAITING_TABLES = 0xc41_0000;

    private static final int CONTEXT_CR0 = 0x78;
    private static final int CONTEXT_CR3 = 0x80;
    private static final int CONTEXT_CR4 = 0x88;

    private TrustDomain() {}

    static void prepare(Machine machine) {
        PhysicalMemory memory = machine.physicalMemory();
        memory.writeU64(TdxTrampolineContext.GPA + CONTEXT_CR0, 0x8000_0021L);
        memory.writeU64(TdxTrampolineContext.GPA + CONTEXT_CR3, WAITING_TABLES);
        memory.writeU64(TdxTrampolineContext.GPA + CONTEXT_CR4, 0x4_0660);
        memory.writeU64(WAITING_TABLES, WAITING_TABLES + 0x1000 | PageTableEntry.PRESENT);
        memory.writeU64(WAITING_TABLES + 0x1000, WAITING_TABLES + 0x2000 | PageTableEntry.PRESENT);
        GpaRange vtl2 = KernelMachine.VTL2;
        for (long at = vtl2.start(); at < vtl2.end(); at += 0x20_0000) {
            memory.writeU64(
                    WAITING_TABLES + 0x2000 + (at >>> 21) * 8, at | PageTableEntry.PRESENT | PageTableEntry.LARGE);
        }
        for (int vp = 1; vp < machine.partition().vpCount(); vp++) {
            machine.vp(vp).enableVtl(2);
            machine.vp(vp).start(2, 0);
            TdxMailbox.await(machine.vp(vp).mutableState().vtl(2));
        }
    }
}
