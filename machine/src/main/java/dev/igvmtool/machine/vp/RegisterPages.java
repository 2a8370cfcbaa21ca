package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.hv.RegisterPage;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Partition;
import java.util.Arrays;
import java.util.List;

/**
 * The page in which a VTL finds registers of the VTL below that it has interrupted, and changes them without hypercalls
 * (hyperv-model 5.6). Registers that both share are told too, but taken from the processor.
 */
final class RegisterPages {
    private static final long ENABLED = 1;
    private static final long PAGE_MASK = -PhysicalMemory.PAGE_SIZE;
    private static final long RFLAGS_FIXED = 2;
    private static final List<SegmentRegister> SEGMENTS =
            Arrays.asList(SegmentRegister.values()).subList(0, RegisterPage.SEGMENT_COUNT);

    private RegisterPages() {}

    /** VTL {@code to} runs in place of VTL {@code from}. */
    static void entered(Partition partition, VpState state, int from, int to) {
        long register = state.vtl(to).registerPage;
        if ((register & ENABLED) == 0 || from > to) {
            return;
        }
        RegisterPage page = new RegisterPage(partition.physical(), register & PAGE_MASK);
        VtlState lower = state.vtl(from);
        page.setVtl(from);
        page.setDirty(0);
        for (Gpr gpr : Gpr.values()) {
            page.set(RegisterPage.GENERAL + gpr.ordinal() * Long.BYTES, state.gpr(from, gpr));
        }
        page.set(RegisterPage.RIP, lower.rip);
        page.set(RegisterPage.RFLAGS, lower.rflags);
        for (SegmentRegister segment : SEGMENTS) {
            page.setSegment(segment, lower.segment(segment));
        }
        page.set(RegisterPage.CR0, lower.cr0);
        page.set(RegisterPage.CR3, lower.cr3);
        page.set(RegisterPage.CR4, lower.cr4);
        page.set(RegisterPage.CR8, lower.cr8);
        page.set(RegisterPage.EFER, lower.efer);
        page.set(RegisterPage.DR7, lower.dr7);
        page.set(RegisterPage.PENDING_INTERRUPTION, lower.pendingInterruption);
        page.setValid(true);
    }

    /** VTL {@code from} returns to VTL {@code to}, with what it has changed. */
    static void returned(Partition partition, VpState state, int from, int to) {
        long register = state.vtl(from).registerPage;
        if ((register & ENABLED) == 0) {
            return;
        }
        RegisterPage page = new RegisterPage(partition.physical(), register & PAGE_MASK);
        if (!page.isValid() || page.vtl() != to) {
            return;
        }
        VtlState lower = state.vtl(to);
        int dirty = page.dirty();
        if ((dirty & RegisterPage.DIRTY_GENERAL) != 0) {
            lower.rsp = page.get(RegisterPage.GENERAL + Gpr.RSP.ordinal() * Long.BYTES);
        }
        if ((dirty & RegisterPage.DIRTY_RIP) != 0) {
            lower.rip = page.get(RegisterPage.RIP);
        }
        if ((dirty & RegisterPage.DIRTY_FLAGS) != 0) {
            lower.rflags = page.get(RegisterPage.RFLAGS) | RFLAGS_FIXED;
        }
        if ((dirty & RegisterPage.DIRTY_SEGMENTS) != 0) {
            SEGMENTS.forEach(segment -> lower.setSegment(segment, page.segment(segment)));
        }
        page.setDirty(0);
        page.setValid(false);
    }
}
