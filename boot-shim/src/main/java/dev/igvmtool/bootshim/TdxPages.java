package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.tdx.TdCall;
import dev.igvmtool.abi.tdx.TdVmCall;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.bootshim.plan.ShimFatalException;
import dev.igvmtool.machine.guest.Cpu;

/** Pages of a TD. Follows openhcl_boot/src/arch/x86_64/tdx.rs. */
record TdxPages(Cpu cpu) implements PrivatePages {
    static final long SHARED_BIT = 1L << 47;

    @Override
    public long privateAlias() {
        return 0;
    }

    @Override
    public long sharedAlias() {
        return SHARED_BIT;
    }

    @Override
    public void accept(GpaRange range) {
        inPieces(TdCall.MEM_PAGE_ACCEPT, range);
    }

    /** Gives accepted pages back before they are shared. */
    void release(GpaRange range) {
        inPieces(TdCall.MEM_PAGE_RELEASE, range);
    }

    /** In pieces of 2 MiB from the start on: only those that are a large page are done at once. */
    private void inPieces(int leaf, GpaRange range) {
        for (long at = range.start(); at != range.end(); ) {
            long left = range.end() - at;
            long size = Long.compareUnsigned(left, LARGE_PAGE) < 0 ? left : LARGE_PAGE;
            if (size != LARGE_PAGE || (at & LARGE_PAGE - 1) != 0 || !isDone(leaf, at, TdCall.LEVEL_2M)) {
                for (long page = at; page != at + size; page += PAGE) {
                    if (!isDone(leaf, page, TdCall.LEVEL_4K)) {
                        throw new ShimFatalException(String.format("page 0x%x is not of 4 KiB", page));
                    }
                }
            }
            at += size;
        }
    }

    /** False if the page is not of that size. */
    private boolean isDone(int leaf, long gpa, int level) {
        cpu.set(Gpr.RAX, leaf);
        cpu.set(Gpr.RCX, gpa | level);
        cpu.tdcall();
        long status = cpu.get(Gpr.RAX);
        if (TdCall.kind(status) == TdCall.PAGE_SIZE_MISMATCH && level > TdCall.LEVEL_4K) {
            return false;
        }
        if (status != TdCall.SUCCESS) {
            throw new ShimFatalException(
                    String.format("TDCALL %d fails for page 0x%x: status 0x%016x", leaf, gpa, status));
        }
        return true;
    }

    @Override
    public void makePrivate(GpaRange range) {
        mapGpa(range, 0);
    }

    /** Makes private memory shared; what it holds is lost. */
    void makeShared(GpaRange range) {
        mapGpa(range, SHARED_BIT);
    }

    private void mapGpa(GpaRange range, long sharedBit) {
        long at = range.start() | sharedBit;
        long end = range.end() | sharedBit;
        while (at != end) {
            cpu.set(Gpr.RAX, TdCall.VP_VMCALL);
            cpu.set(Gpr.R10, 0);
            cpu.set(Gpr.R11, TdVmCall.MAP_GPA);
            cpu.set(Gpr.R12, at);
            cpu.set(Gpr.R13, end - at);
            cpu.tdcall();
            long status = cpu.get(Gpr.R10);
            if (status != TdVmCall.SUCCESS && status != TdVmCall.RETRY) {
                throw new ShimFatalException(
                        String.format("the host does not map memory %s: status 0x%016x", range, status));
            }
            // The host may do a part and say where it has stopped; it must get on.
            long next = status == TdVmCall.RETRY ? cpu.get(Gpr.R11) : end;
            if (Long.compareUnsigned(next, at) <= 0 || Long.compareUnsigned(next, end) > 0) {
                throw new ShimFatalException(
                        String.format("the host goes on at 0x%x when it maps memory %s", next, range));
            }
            at = next;
        }
    }
}
