package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.snp.GhcbMsr;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.bootshim.plan.ShimFatalException;
import dev.igvmtool.machine.guest.Cpu;

/** Pages of an SNP guest. Follows openhcl_boot/src/arch/x86_64/snp.rs. */
record SnpPages(Cpu cpu) implements PrivatePages {
    private static final long C_BIT = 1L << 51;
    private static final long RFLAGS_CF = 1;
    private static final long SIZE_MISMATCH = 6;

    @Override
    public long privateAlias() {
        return C_BIT;
    }

    @Override
    public long sharedAlias() {
        return 0;
    }

    /** Large pages from each 2 MiB boundary on, wherever the range starts. */
    @Override
    public void accept(GpaRange range) {
        LocalMap window = LocalMap.of(cpu);
        for (long at = range.start(); at != range.end(); ) {
            long frame = at & -LARGE_PAGE;
            long gva = window.map(at, C_BIT);
            boolean whole = at == frame && Long.compareUnsigned(range.end() - at, LARGE_PAGE) >= 0;
            if (whole && validates(at, gva, true)) {
                at += LARGE_PAGE;
            } else {
                for (; at != range.end() && (at & -LARGE_PAGE) == frame; at += PAGE, gva += PAGE) {
                    if (!validates(at, gva, false)) {
                        throw new ShimFatalException(String.format("page 0x%x is not of 4 KiB", at));
                    }
                }
            }
        }
        window.unmap();
    }

    /** False if the page is not of that size. */
    private boolean validates(long gpa, long gva, boolean large) {
        cpu.set(Gpr.RAX, gva);
        cpu.set(Gpr.RCX, large ? 1 : 0);
        cpu.set(Gpr.RDX, 1);
        cpu.pvalidate();
        long code = cpu.get(Gpr.RAX);
        boolean unchanged = (cpu.rflags() & RFLAGS_CF) != 0;
        if (code == SIZE_MISMATCH) {
            return false;
        }
        if (code != 0 || unchanged) {
            throw new ShimFatalException(String.format(
                    "page 0x%x cannot be validated: code %d%s", gpa, code, unchanged ? ", validated already" : ""));
        }
        return true;
    }

    @Override
    public void makePrivate(GpaRange range) {
        for (long at = range.start(); at != range.end(); at += PAGE) {
            cpu.writeMsr(Msr.GHCB, GhcbMsr.pageState(at, GhcbMsr.TO_PRIVATE));
            cpu.vmgexit();
            long answer = cpu.readMsr(Msr.GHCB);
            if (answer != GhcbMsr.PAGE_STATE_RESPONSE) {
                throw new ShimFatalException(
                        String.format("the host does not make page 0x%x private: 0x%x", at, answer));
            }
        }
    }
}
