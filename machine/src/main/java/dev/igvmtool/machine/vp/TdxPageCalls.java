package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.hv.GpaProtection;
import dev.igvmtool.abi.tdx.GpaAttributes;
import dev.igvmtool.abi.tdx.TdCall;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.memory.PartitionMemory;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Partition;

/** Leaves of TDCALL for private pages: to accept and release them, and what partitions may do with them. */
final class TdxPageCalls {
    private static final int PAGE = PhysicalMemory.PAGE_SIZE;
    private static final int PAGE_SHIFT = 12;
    private static final long LARGE_PAGE = 2 << 20;
    private static final int LEVEL_MASK = 7;

    private final Vp vp;
    private final Partition partition;

    TdxPageCalls(Vp vp) {
        this.vp = vp;
        this.partition = vp.partition();
    }

    /** Bytes of the page that RCX names; 0 if the operand is no good. */
    private long operandSize() {
        long operand = vp.get(Gpr.RCX);
        int level = (int) operand & LEVEL_MASK;
        long size = level == TdCall.LEVEL_4K ? PAGE : level == TdCall.LEVEL_2M ? LARGE_PAGE : 0;
        long gpa = operand & -(long) PAGE;
        boolean good = size != 0
                && (operand & PAGE - 1 & ~LEVEL_MASK) == 0
                && (gpa & size - 1) == 0
                && partition.physical().isRam(gpa)
                && partition.physical().isRam(gpa + size - 1);
        return good ? size : 0;
    }

    private long gpa() {
        return vp.get(Gpr.RCX) & -(long) PAGE;
    }

    private long sizeMismatch() {
        return TdCall.PAGE_SIZE_MISMATCH | TdCall.OPERAND_RCX;
    }

    /** TDG.MEM.PAGE.ACCEPT. */
    long accept() {
        return changeAcceptance(PageState.UNACCEPTED, PageState.ACCEPTED);
    }

    /** TDG.MEM.PAGE.RELEASE. */
    long release() {
        return changeAcceptance(PageState.ACCEPTED, PageState.UNACCEPTED);
    }

    private long changeAcceptance(PageState from, PageState to) {
        long size = operandSize();
        if (size == 0) {
            return TdCall.invalid(TdCall.OPERAND_RCX);
        }
        long gpa = gpa();
        long first = gpa >>> PAGE_SHIFT;
        long end = first + (size >>> PAGE_SHIFT);
        PartitionMemory memory = partition.memory();
        if (!memory.haveOneState(first, end)) {
            return sizeMismatch();
        }
        if (memory.pageState(first) == PageState.SHARED) {
            // No private page stands there; the host would be asked for one for ever.
            return TdCall.invalid(TdCall.OPERAND_RCX);
        }
        if (memory.pageState(first) != from) {
            return TdCall.PAGE_ALREADY_ACCEPTED;
        }
        partition.physical().zero(gpa, size);
        memory.setPageState(first, end, to);
        vp.reportPages(to == PageState.ACCEPTED ? "accept" : "release", gpa, size);
        return TdCall.SUCCESS;
    }

    /** TDG.MEM.PAGE.ATTR.RD: RCX the page again, RDX what each partition may do. */
    long readAttributes() {
        if (operandSize() == 0 || !isAccepted()) {
            return TdCall.invalid(TdCall.OPERAND_RCX);
        }
        long attributes = 0;
        for (int number = 1; TdxInstructions.vtlOf(partition, number) >= 0; number++) {
            int granted = partition.memory().granted(TdxInstructions.vtlOf(partition, number), gpa() >>> PAGE_SHIFT);
            attributes |= GpaAttributes.of(number, GpaAttributes.VALID | attributes(granted));
        }
        vp.set(Gpr.RDX, attributes);
        return TdCall.SUCCESS;
    }

    private boolean isAccepted() {
        return partition.memory().pageState(gpa() >>> PAGE_SHIFT) == PageState.ACCEPTED;
    }

    /** TDG.MEM.PAGE.ATTR.WR: RDX has attributes of those partitions whose {@link GpaAttributes#VALID} is set. */
    long writeAttributes() {
        long size = operandSize();
        if (size == 0) {
            return TdCall.invalid(TdCall.OPERAND_RCX);
        }
        long first = gpa() >>> PAGE_SHIFT;
        long end = first + (size >>> PAGE_SHIFT);
        if (!partition.memory().haveOneState(first, end)) {
            return sizeMismatch();
        }
        if (!isAccepted()) {
            return TdCall.invalid(TdCall.OPERAND_RCX);
        }
        long wanted = vp.get(Gpr.RDX);
        for (int number = 0; number < GpaAttributes.PARTITIONS; number++) {
            int attributes = GpaAttributes.get(wanted, number);
            boolean known = number > 0 && TdxInstructions.vtlOf(partition, number) >= 0;
            boolean good = attributes == 0 || known && (attributes & ~(GpaAttributes.VALID | GpaAttributes.ALL)) == 0;
            if (!good) {
                return TdCall.invalid(TdCall.OPERAND_RDX);
            }
        }
        for (int number = 1; TdxInstructions.vtlOf(partition, number) >= 0; number++) {
            int attributes = GpaAttributes.get(wanted, number);
            if ((attributes & GpaAttributes.VALID) != 0) {
                partition.memory().grant(TdxInstructions.vtlOf(partition, number), first, end, permissions(attributes));
            }
        }
        vp.reportPages("page-attributes", gpa(), size);
        return TdCall.SUCCESS;
    }

    private static int permissions(int attributes) {
        return ((attributes & GpaAttributes.READ) != 0 ? GpaProtection.READ : 0)
                | ((attributes & GpaAttributes.WRITE) != 0 ? GpaProtection.WRITE : 0)
                | ((attributes & GpaAttributes.SUPERVISOR_EXECUTE) != 0 ? GpaProtection.KERNEL_EXECUTE : 0)
                | ((attributes & GpaAttributes.USER_EXECUTE) != 0 ? GpaProtection.USER_EXECUTE : 0);
    }

    private static int attributes(int permissions) {
        return ((permissions & GpaProtection.READ) != 0 ? GpaAttributes.READ : 0)
                | ((permissions & GpaProtection.WRITE) != 0 ? GpaAttributes.WRITE : 0)
                | ((permissions & GpaProtection.KERNEL_EXECUTE) != 0 ? GpaAttributes.SUPERVISOR_EXECUTE : 0)
                | ((permissions & GpaProtection.USER_EXECUTE) != 0 ? GpaAttributes.USER_EXECUTE : 0);
    }
}
