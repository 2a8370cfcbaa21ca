package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.CpuidResult;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.memory.Encryption;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.memory.PartitionMemory;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Partition;

/**
 * TDCALL: what a TD asks of its module (Intel TDX module ABI specification) and, through TDG.VP.VMCALL, of its host
 * (Intel guest-host communication interface; hypercalls as Hyper-V takes them).
 */
final class TdxInstructions {
    private static final int VMCALL = 0;
    private static final int VP_INFO = 1;
    private static final int PAGE_ACCEPT = 6;
    private static final int VM_READ = 7;
    private static final int PAGE_RELEASE = 30;

    private static final long SUCCESS = 0;
    private static final long OPERAND_INVALID = 0xc000_0100_0000_0000L;
    private static final long OPERAND_RCX = 1;
    private static final long OPERAND_RDX = 2;
    private static final long OPERAND_RAX = 0;
    private static final long PAGE_ALREADY_ACCEPTED = 0x0000_0b0a_0000_0000L;
    private static final long PAGE_SIZE_MISMATCH = 0xc000_0b0b_0000_0001L;

    private static final long CONFIG_FLAGS = 0x9110_0003_0000_0016L;

    private static final long CALL_CPUID = 10;
    private static final long CALL_HALT = 12;
    private static final long CALL_IO = 30;
    private static final long CALL_READ_MSR = 31;
    private static final long CALL_WRITE_MSR = 32;
    private static final long CALL_MAP_GPA = 0x1_0001;
    private static final long CALL_INVALID_OPERAND = 0x8000_0000_0000_0000L;

    private static final int PAGE = PhysicalMemory.PAGE_SIZE;
    private static final int PAGE_SHIFT = 12;
    private static final long LARGE_PAGE = 2 << 20;
    /** Width of guest physical addresses, with the shared bit. */
    private static final int ADDRESS_BITS = 48;

    private final Vp vp;
    private final Partition partition;
    private final long sharedBit = Encryption.TDX.alias().bit();

    TdxInstructions(Vp vp, Partition partition) {
        this.vp = vp;
        this.partition = partition;
    }

    /** TDCALL with the leaf in RAX, where the status ends up. */
    void tdcall() {
        if (partition.memory().encryption() != Encryption.TDX) {
            throw GuestException.invalidOpcode("TDCALL outside a TD");
        }
        vp.requireKernel("TDCALL");
        long leaf = vp.get(Gpr.RAX) & 0xffff;
        vp.set(
                Gpr.RAX,
                switch ((int) leaf) {
                    case VMCALL -> {
                        callHost();
                        yield SUCCESS;
                    }
                    case VP_INFO -> info();
                    case PAGE_ACCEPT -> accept();
                    case PAGE_RELEASE -> release();
                    case VM_READ -> read();
                    default -> OPERAND_INVALID | OPERAND_RAX;
                });
    }

    private long info() {
        vp.set(Gpr.RCX, ADDRESS_BITS);
        vp.set(Gpr.RDX, 0);
        vp.set(Gpr.R8, (long) partition.vpCount() << 32 | partition.vpCount());
        vp.set(Gpr.R9, vp.index());
        vp.set(Gpr.R10, 0);
        vp.set(Gpr.R11, 0);
        return SUCCESS;
    }

    /** Bytes of the page that RCX names; 0 if the operand is no good. */
    private long operandSize() {
        long operand = vp.get(Gpr.RCX);
        long size = (operand & 7) == 0 ? PAGE : (operand & 7) == 1 ? LARGE_PAGE : 0;
        long gpa = operand & -(long) PAGE;
        boolean good = size != 0
                && (operand & PAGE - 1 & ~7) == 0
                && (gpa & size - 1) == 0
                && partition.physical().isRam(gpa)
                && partition.physical().isRam(gpa + size - 1);
        return good ? size : 0;
    }

    private long accept() {
        return changeAcceptance(PageState.UNACCEPTED, PageState.ACCEPTED);
    }

    private long release() {
        return changeAcceptance(PageState.ACCEPTED, PageState.UNACCEPTED);
    }

    private long changeAcceptance(PageState from, PageState to) {
        long size = operandSize();
        if (size == 0) {
            return OPERAND_INVALID | OPERAND_RCX;
        }
        long gpa = vp.get(Gpr.RCX) & -(long) PAGE;
        long first = gpa >>> PAGE_SHIFT;
        long end = first + (size >>> PAGE_SHIFT);
        PartitionMemory memory = partition.memory();
        if (!memory.haveOneState(first, end)) {
            return PAGE_SIZE_MISMATCH;
        }
        if (memory.pageState(first) == PageState.SHARED) {
            // No private page stands there; the host would be asked for one for ever.
            return OPERAND_INVALID | OPERAND_RCX;
        }
        if (memory.pageState(first) != from) {
            return PAGE_ALREADY_ACCEPTED;
        }
        partition.physical().zero(gpa, size);
        memory.setPageState(first, end, to);
        report(to == PageState.ACCEPTED ? "accept" : "release", gpa, size);
        return SUCCESS;
    }

    private long read() {
        long field = vp.get(Gpr.RDX);
        if (field != CONFIG_FLAGS) {
            vp.set(Gpr.R8, 0);
            return OPERAND_INVALID | OPERAND_RDX;
        }
        long value = partition.config().tdConfigFlags();
        vp.set(Gpr.R8, value);
        if (partition.observed()) {
            partition.emit(new MachineEvent.TdRead(vp.index(), vp.vtl(), field, value));
        }
        return SUCCESS;
    }

    // ---- TDG.VP.VMCALL ----

    private void callHost() {
        long control = vp.get(Gpr.R10);
        if (control != 0) {
            HypercallResult result = partition
                    .hypercalls()
                    .call(vp, new HypercallControl(control), vp.get(Gpr.RDX) & ~sharedBit, vp.get(Gpr.R8) & ~sharedBit);
            vp.registersChanged();
            vp.set(Gpr.R10, SUCCESS);
            vp.set(Gpr.R11, result.value());
            return;
        }
        long call = vp.get(Gpr.R11);
        if (call == CALL_WRITE_MSR) {
            answer(call, vp.platform().hostWriteMsr((int) vp.get(Gpr.R12), vp.get(Gpr.R13)));
        } else if (call == CALL_READ_MSR) {
            readMsr();
        } else if (call == CALL_CPUID) {
            cpuid();
        } else if (call == CALL_IO) {
            accessPort();
        } else if (call == CALL_HALT) {
            vp.cpu().halt();
            answer(call, true);
        } else if (call == CALL_MAP_GPA) {
            answer(call, mapGpa(vp.get(Gpr.R12), vp.get(Gpr.R13)));
        } else {
            answer(call, false);
        }
    }

    private void answer(long function, boolean done) {
        long status = done ? SUCCESS : CALL_INVALID_OPERAND;
        vp.set(Gpr.R10, partition.conduct().vmcall(function, status));
    }

    private void readMsr() {
        try {
            vp.set(Gpr.R11, vp.platform().hostReadMsr((int) vp.get(Gpr.R12)));
            answer(CALL_READ_MSR, true);
        } catch (GuestException unknown) {
            answer(CALL_READ_MSR, false);
        }
    }

    private void cpuid() {
        CpuidResult result = vp.cpu().cpuid((int) vp.get(Gpr.R12), (int) vp.get(Gpr.R13));
        vp.set(Gpr.R12, Integer.toUnsignedLong(result.eax()));
        vp.set(Gpr.R13, Integer.toUnsignedLong(result.ebx()));
        vp.set(Gpr.R14, Integer.toUnsignedLong(result.ecx()));
        vp.set(Gpr.R15, Integer.toUnsignedLong(result.edx()));
        answer(CALL_CPUID, true);
    }

    private void accessPort() {
        int size = (int) vp.get(Gpr.R12);
        if (size != 1 && size != 2 && size != 4) {
            answer(CALL_IO, false);
            return;
        }
        int port = (int) vp.get(Gpr.R14) & 0xffff;
        if (vp.get(Gpr.R13) == 0) {
            vp.set(Gpr.R11, Integer.toUnsignedLong(vp.platform().hostIn(port, size)));
        } else {
            vp.platform().hostOut(port, size, (int) vp.get(Gpr.R15));
        }
        answer(CALL_IO, true);
    }

    /** MapGPA: makes a range shared or private, as the shared bit of its address says. */
    private boolean mapGpa(long address, long size) {
        boolean shared = (address & sharedBit) != 0;
        long gpa = address & ~sharedBit;
        boolean good = size > 0
                && ((gpa | size) & PAGE - 1) == 0
                && size <= 1L << ADDRESS_BITS
                && partition.physical().ram().stream().anyMatch(r -> gpa >= r.start() && gpa + size <= r.end());
        if (!good) {
            return false;
        }
        PartitionMemory memory = partition.memory();
        for (long page = gpa >>> PAGE_SHIFT; page < gpa + size >>> PAGE_SHIFT; page++) {
            if (shared != (memory.pageState(page) == PageState.SHARED)) {
                // What one side has written, the other cannot read.
                partition.physical().zero(page << PAGE_SHIFT, PAGE);
                memory.setPageState(page, page + 1, shared ? PageState.SHARED : PageState.UNACCEPTED);
            }
        }
        report(shared ? "map-gpa-shared" : "map-gpa-private", gpa, size);
        return true;
    }

    private void report(String operation, long gpa, long size) {
        if (partition.observed()) {
            partition.emit(new MachineEvent.PageOperation(vp.index(), vp.vtl(), operation, gpa, size));
        }
    }
}
