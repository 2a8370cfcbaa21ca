package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.tdx.TdCall;
import dev.igvmtool.abi.tdx.TdVmCall;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.guest.CpuidResult;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.memory.Encryption;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.memory.PartitionMemory;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Partition;

/**
 * TDG.VP.VMCALL: what a TD asks of its host (Intel guest-host communication interface; hypercalls as Hyper-V takes
 * them).
 */
final class TdxHostCalls {
    private static final int PAGE = PhysicalMemory.PAGE_SIZE;
    private static final int PAGE_SHIFT = 12;

    private final Vp vp;
    private final Partition partition;
    private final long sharedBit = Encryption.TDX.alias().bit();

    TdxHostCalls(Vp vp) {
        this.vp = vp;
        this.partition = vp.partition();
    }

    /** The request of R10 and R11; the module itself has nothing to object. */
    long call() {
        long control = vp.get(Gpr.R10);
        if (control != 0) {
            HypercallResult result = partition
                    .hypercalls()
                    .call(vp, new HypercallControl(control), vp.get(Gpr.RDX) & ~sharedBit, vp.get(Gpr.R8) & ~sharedBit);
            vp.registersChanged();
            vp.set(Gpr.R10, TdVmCall.SUCCESS);
            vp.set(Gpr.R11, result.value());
        } else {
            serve(vp.get(Gpr.R11));
        }
        return TdCall.SUCCESS;
    }

    private void serve(long call) {
        if (call == TdVmCall.WRITE_MSR) {
            answer(call, vp.platform().hostWriteMsr((int) vp.get(Gpr.R12), vp.get(Gpr.R13)));
        } else if (call == TdVmCall.READ_MSR) {
            readMsr();
        } else if (call == TdVmCall.CPUID) {
            cpuid();
        } else if (call == TdVmCall.IO) {
            accessPort();
        } else if (call == TdVmCall.HALT) {
            vp.cpu().halt();
            answer(call, true);
        } else if (call == TdVmCall.MAP_GPA) {
            answer(call, mapGpa(vp.get(Gpr.R12), vp.get(Gpr.R13)));
        } else {
            answer(call, false);
        }
    }

    private void answer(long function, boolean done) {
        long status = done ? TdVmCall.SUCCESS : TdVmCall.OPERAND_INVALID;
        vp.set(Gpr.R10, partition.conduct().vmcall(function, status));
    }

    private void readMsr() {
        try {
            vp.set(Gpr.R11, vp.platform().hostReadMsr((int) vp.get(Gpr.R12)));
            answer(TdVmCall.READ_MSR, true);
        } catch (GuestException unknown) {
            answer(TdVmCall.READ_MSR, false);
        }
    }

    private void cpuid() {
        CpuidResult result = vp.cpu().cpuid((int) vp.get(Gpr.R12), (int) vp.get(Gpr.R13));
        vp.set(Gpr.R12, Integer.toUnsignedLong(result.eax()));
        vp.set(Gpr.R13, Integer.toUnsignedLong(result.ebx()));
        vp.set(Gpr.R14, Integer.toUnsignedLong(result.ecx()));
        vp.set(Gpr.R15, Integer.toUnsignedLong(result.edx()));
        answer(TdVmCall.CPUID, true);
    }

    private void accessPort() {
        int size = (int) vp.get(Gpr.R12);
        if (size != 1 && size != 2 && size != 4) {
            answer(TdVmCall.IO, false);
            return;
        }
        int port = (int) vp.get(Gpr.R14) & 0xffff;
        if (vp.get(Gpr.R13) == 0) {
            vp.set(Gpr.R11, Integer.toUnsignedLong(vp.platform().hostIn(port, size)));
        } else {
            vp.platform().hostOut(port, size, (int) vp.get(Gpr.R15));
        }
        answer(TdVmCall.IO, true);
    }

    /** MapGPA: makes a range shared or private, as the shared bit of its address says. */
    private boolean mapGpa(long address, long size) {
        boolean shared = (address & sharedBit) != 0;
        long gpa = address & ~sharedBit;
        boolean good = size > 0
                && ((gpa | size) & PAGE - 1) == 0
                && size <= 1L << TdxInstructions.ADDRESS_BITS
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
        vp.reportPages(shared ? "map-gpa-shared" : "map-gpa-private", gpa, size);
        return true;
    }
}
