package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import dev.igvmtool.machine.guest.Cpu;

/** How a platform makes memory the guest's own. One class for each of SNP and TDX. */
interface PrivatePages {
    /** Bytes of a large page, the most that is converted at once. */
    long LARGE_PAGE = 2 << 20;

    int PAGE = 4096;

    /** Accepts memory that is private already. */
    void accept(GpaRange range);

    /** Asks the host to make shared memory, at most 2 MiB, private; what it holds is lost. */
    void makePrivate(GpaRange range);

    /** Bit of a page table entry for the private alias. */
    long privateAlias();

    /** Bit of a page table entry for the shared alias. */
    long sharedAlias();

    static PrivatePages of(Cpu cpu) {
        return ShimVariables.of(cpu).isolation() == TreeIsolation.SNP ? new SnpPages(cpu) : new TdxPages(cpu);
    }

    /**
     * Makes memory that was filled as shared private, and keeps what it holds.
     *
     * @param bounceBuffer accepted memory of at least 2 MiB
     * @param diagnosis takes note of what it was and what it is
     */
    static void convert(Cpu cpu, GpaRange range, long bounceBuffer, HashDiagnosis diagnosis) {
        PrivatePages pages = of(cpu);
        LocalMap window = LocalMap.of(cpu);
        for (long at = range.start(); at != range.end(); ) {
            long next = (at | LARGE_PAGE - 1) + 1;
            long end = Long.compareUnsigned(next, range.end()) < 0 ? next : range.end();
            GpaRange step = new GpaRange(at, end);
            Bytes content = cpu.memory().readBytes(window.map(at, pages.sharedAlias()), (int) step.size());
            cpu.memory().writeBytes(bounceBuffer, content);
            window.unmap();
            diagnosis.before(at, content);
            pages.makePrivate(step);
            pages.accept(step);
            cpu.memory().writeBytes(at, cpu.memory().readBytes(bounceBuffer, (int) step.size()));
            diagnosis.after(at, content, cpu.memory().readBytes(at, (int) step.size()));
            at = end;
        }
    }
}
