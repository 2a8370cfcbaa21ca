package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.snp.GhcbMsr;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.memory.PartitionMemory;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Partition;

/** Changes to whom a page of an SNP guest belongs, as the guest asks. */
final class SnpPageStates {
    private static final int PAGE = PhysicalMemory.PAGE_SIZE;
    private static final int PAGE_SHIFT = 12;

    private final Vp vp;
    private final Partition partition;

    SnpPageStates(Vp vp) {
        this.vp = vp;
        this.partition = vp.partition();
    }

    /**
     * Makes a page shared or private.
     *
     * @param operation {@link GhcbMsr#TO_PRIVATE} or {@link GhcbMsr#TO_SHARED}
     * @return false if it is another one, or the page is no RAM
     */
    boolean change(long gpa, int operation) {
        boolean known = operation == GhcbMsr.TO_PRIVATE || operation == GhcbMsr.TO_SHARED;
        if (!known || !partition.physical().isRam(gpa)) {
            return false;
        }
        long page = gpa >>> PAGE_SHIFT;
        PartitionMemory memory = partition.memory();
        boolean toShared = operation == GhcbMsr.TO_SHARED;
        if (toShared != (memory.pageState(page) == PageState.SHARED)) {
            // What one side has written, the other cannot read.
            partition.physical().zero(gpa, PAGE);
            memory.setPageState(page, page + 1, toShared ? PageState.SHARED : PageState.UNACCEPTED);
        }
        vp.reportPages(toShared ? "ghcb-page-state-shared" : "ghcb-page-state-private", gpa, PAGE);
        return true;
    }
}
