package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.CpuidResult;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.memory.AccessKind;
import dev.igvmtool.machine.memory.Encryption;
import dev.igvmtool.machine.memory.GpaFault;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.memory.PartitionMemory;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.memory.VirtualMemory;
import dev.igvmtool.machine.partition.Partition;

/**
 * What an SNP guest has besides the common instructions: PVALIDATE (AMD64 Architecture Programmer's Manual, volume 3)
 * and VMGEXIT with the MSR protocol of the GHCB specification, section 2.3.1.
 */
final class SnpInstructions {
    private static final long LARGE_PAGE = 2 << 20;
    private static final int PAGE = PhysicalMemory.PAGE_SIZE;
    private static final int PAGE_SHIFT = 12;
    private static final long RFLAGS_CF = 1;

    private static final long SUCCESS = 0;
    private static final long FAIL_INPUT = 1;
    private static final long FAIL_SIZE_MISMATCH = 6;

    private static final int INFO_MASK = 0xfff;
    private static final int SEV_INFO_RESPONSE = 0x001;
    private static final int SEV_INFO_REQUEST = 0x002;
    private static final int CPUID_REQUEST = 0x004;
    private static final int CPUID_RESPONSE = 0x005;
    private static final int PREFERRED_GPA_REQUEST = 0x010;
    private static final int PREFERRED_GPA_RESPONSE = 0x011;
    private static final int REGISTER_GPA_REQUEST = 0x012;
    private static final int REGISTER_GPA_RESPONSE = 0x013;
    private static final int PAGE_STATE_REQUEST = 0x014;
    private static final int PAGE_STATE_RESPONSE = 0x015;
    private static final int TERMINATION_REQUEST = 0x100;

    private static final int PAGE_STATE_PRIVATE = 1;
    private static final int PAGE_STATE_SHARED = 2;
    private static final long PAGE_NUMBER_MASK = (1L << 40) - 1;
    private static final long PROTOCOL_VERSION = 2;
    private static final long C_BIT = 51;

    private final Vp vp;
    private final Partition partition;

    SnpInstructions(Vp vp, Partition partition) {
        this.vp = vp;
        this.partition = partition;
    }

    private void require(String instruction) {
        if (partition.memory().encryption() != Encryption.SNP) {
            throw GuestException.invalidOpcode(instruction + " outside an SNP guest");
        }
        vp.requireKernel(instruction);
    }

    /** PVALIDATE. */
    void pvalidate() {
        require("PVALIDATE");
        long gva = vp.get(Gpr.RAX);
        boolean large = (vp.get(Gpr.RCX) & 1) != 0;
        boolean validate = (vp.get(Gpr.RDX) & 1) != 0;
        long size = large ? LARGE_PAGE : PAGE;
        VirtualMemory.Target target = vp.memory().target(gva & -(long) PAGE);
        if ((gva & size - 1) != 0 || target.shared()) {
            end(FAIL_INPUT, false);
            return;
        }
        long first = target.gpa() >>> PAGE_SHIFT;
        long last = first + (size >>> PAGE_SHIFT) - 1;
        PartitionMemory memory = partition.memory();
        if (large && !isLarge(gva, first, last)) {
            end(FAIL_SIZE_MISMATCH, false);
            return;
        }
        PageState before = memory.pageState(first);
        if (before == PageState.SHARED) {
            // The page is not the guest's: a nested page fault, which no host can answer.
            throw new GpaFault(GpaFault.Reason.VISIBILITY, target.gpa(), AccessKind.WRITE);
        }
        PageState after = validate ? PageState.ACCEPTED : PageState.UNACCEPTED;
        if (before != after) {
            memory.setPageState(first, last + 1, after);
        }
        end(SUCCESS, before == after);
        report(validate ? "pvalidate" : "pvalidate-rescind", target.gpa(), size);
    }

    /** True if the mapping is of one piece, and so is the entry of the reverse map. */
    private boolean isLarge(long gva, long first, long last) {
        VirtualMemory.Target end = vp.memory().target(gva + LARGE_PAGE - PAGE);
        return (first << PAGE_SHIFT & LARGE_PAGE - 1) == 0
                && end.gpa() >>> PAGE_SHIFT == last
                && !end.shared()
                && partition.memory().haveOneState(first, last + 1);
    }

    private void end(long code, boolean unchanged) {
        vp.set(Gpr.RAX, code);
        vp.cpu().setRflags(unchanged ? vp.cpu().rflags() | RFLAGS_CF : vp.cpu().rflags() & ~RFLAGS_CF);
    }

    /** VMGEXIT: what the GHCB register asks, the hypervisor answers there. */
    void vmgexit() {
        require("VMGEXIT");
        VpState state = vp.mutableState();
        long request = state.ghcb;
        switch ((int) request & INFO_MASK) {
            case PAGE_STATE_REQUEST -> state.ghcb = changePageState(request);
            case REGISTER_GPA_REQUEST -> state.ghcb = request & ~(long) INFO_MASK | REGISTER_GPA_RESPONSE;
            case PREFERRED_GPA_REQUEST -> state.ghcb = -1L << PAGE_SHIFT | PREFERRED_GPA_RESPONSE;
            case SEV_INFO_REQUEST ->
                state.ghcb = PROTOCOL_VERSION << 48 | PROTOCOL_VERSION << 32 | C_BIT << 24 | SEV_INFO_RESPONSE;
            case CPUID_REQUEST -> state.ghcb = cpuid(request);
            case TERMINATION_REQUEST ->
                vp.stop(String.format(
                        "the guest asked for its end: set %d, reason 0x%x",
                        (int) (request >>> 12) & 0xf, (int) (request >>> 16) & 0xff));
            default ->
                vp.stop(String.format(
                        "VMGEXIT with 0x%x in the GHCB register, which the host does not serve", request));
        }
        state.ghcb = partition.conduct().ghcb(request, state.ghcb);
    }

    private long changePageState(long request) {
        long page = request >>> PAGE_SHIFT & PAGE_NUMBER_MASK;
        int operation = (int) (request >>> 52);
        long gpa = page << PAGE_SHIFT;
        boolean known = operation == PAGE_STATE_PRIVATE || operation == PAGE_STATE_SHARED;
        if (!known || !partition.physical().isRam(gpa)) {
            return 1L << 32 | PAGE_STATE_RESPONSE;
        }
        PartitionMemory memory = partition.memory();
        boolean toShared = operation == PAGE_STATE_SHARED;
        if (toShared != (memory.pageState(page) == PageState.SHARED)) {
            // What one side has written, the other cannot read.
            partition.physical().zero(gpa, PAGE);
            memory.setPageState(page, page + 1, toShared ? PageState.SHARED : PageState.UNACCEPTED);
        }
        report(toShared ? "ghcb-page-state-shared" : "ghcb-page-state-private", gpa, PAGE);
        return PAGE_STATE_RESPONSE;
    }

    private long cpuid(long request) {
        CpuidResult result = vp.platform().hostCpuid((int) (request >>> 32), 0);
        int register = (int) (request >>> 30) & 3;
        int value =
                switch (register) {
                    case 0 -> result.eax();
                    case 1 -> result.ebx();
                    case 2 -> result.ecx();
                    default -> result.edx();
                };
        return (long) value << 32 | (long) register << 30 | CPUID_RESPONSE;
    }

    private void report(String operation, long gpa, long size) {
        if (partition.observed()) {
            partition.emit(new MachineEvent.PageOperation(vp.index(), vp.vtl(), operation, gpa, size));
        }
    }
}
