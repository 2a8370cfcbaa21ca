package dev.igvmtool.machine.memory;

import java.util.List;

/**
 * What a page is to whom: the answer to "who may do what with this address".
 *
 * @param state whose it is, and whether the guest relies on it
 * @param allowed what each VTL may do with it, by VTL; see {@link dev.igvmtool.abi.hv.GpaProtection}
 */
public record PageAttributes(PageState state, List<Integer> allowed) {
    public PageAttributes {
        allowed = List.copyOf(allowed);
    }

    /** True if the host sees what it holds: the shared alias is the one to use. */
    public boolean isShared() {
        return state == PageState.SHARED;
    }

    /**
     * Pages that follow each other and are all alike.
     *
     * @param firstPage page number
     * @param endPage exclusive
     */
    public record Run(long firstPage, long endPage, PageAttributes attributes) {}
}
