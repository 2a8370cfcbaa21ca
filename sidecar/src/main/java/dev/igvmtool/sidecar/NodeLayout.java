package dev.igvmtool.sidecar;

import dev.igvmtool.abi.sidecar.SidecarLimits;
import dev.igvmtool.abi.sidecar.SidecarOutputNode;

/**
 * How the memory of one node is divided: control page, two shared pages for each VP, eleven private pages for each VP.
 *
 * @param memoryBase GPA
 * @param baseVp index of the first VP
 * @param vpCount VPs of the node
 */
record NodeLayout(long memoryBase, long baseVp, long vpCount) {
    private static final long PAGE = SidecarLimits.PAGE_BYTES;
    private static final long SHARED_BYTES = SidecarLimits.SHARED_PAGES_PER_VP * PAGE;
    private static final long PRIVATE_BYTES = SidecarLimits.PRIVATE_PAGES_PER_VP * PAGE;

    /** Memory that the node needs. */
    long requiredBytes() {
        return SidecarLimits.nodeBytes(vpCount);
    }

    long controlPage() {
        return memoryBase;
    }

    /** What the caller is told about the node. */
    SidecarOutputNode output() {
        return new SidecarOutputNode(controlPage(), sharedPages(), vpCount * SHARED_BYTES);
    }

    /** Pages of one VP, by index in the node. */
    VpPages vp(long index) {
        long shared = sharedPages() + index * SHARED_BYTES;
        long own = sharedPages() + vpCount * SHARED_BYTES + index * PRIVATE_BYTES;
        return new VpPages(shared, own);
    }

    private long sharedPages() {
        return memoryBase + PAGE;
    }

    /**
     * GPAs of the pages of one VP.
     *
     * @param commandPage first shared page; the register page follows
     * @param pml4 first private page; the others follow in order
     */
    record VpPages(long commandPage, long pml4) {
        static final int STACK_PAGES = 3;

        long registerPage() {
            return commandPage + PAGE;
        }

        long pdpt() {
            return pml4 + PAGE;
        }

        long pd() {
            return pml4 + 2 * PAGE;
        }

        long pt() {
            return pml4 + 3 * PAGE;
        }

        /** A page of the stack, lowest first. */
        long stack(int page) {
            return pml4 + (4 + page) * PAGE;
        }

        long globals() {
            return pml4 + 7 * PAGE;
        }

        long assistPage() {
            return pml4 + 8 * PAGE;
        }

        long hypercallInput() {
            return pml4 + 9 * PAGE;
        }

        long hypercallOutput() {
            return pml4 + 10 * PAGE;
        }
    }
}
