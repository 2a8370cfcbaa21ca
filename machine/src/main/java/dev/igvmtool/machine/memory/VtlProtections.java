package dev.igvmtool.machine.memory;

import dev.igvmtool.abi.hv.GpaProtection;

/** What one VTL lets the VTLs below it do, by page: a default and runs of pages that differ. Immutable. */
final class VtlProtections {
    static final VtlProtections NONE = new VtlProtections(false, PageRuns.of(GpaProtection.ALL));

    /** False: everything is allowed. */
    private final boolean enabled;

    private final PageRuns masks;

    private VtlProtections(boolean enabled, PageRuns masks) {
        this.enabled = enabled;
        this.masks = masks;
    }

    boolean enabled() {
        return enabled;
    }

    /** Number of runs that differ from the default. */
    int runCount() {
        return masks.count();
    }

    /** What lower VTLs may do with a page. */
    int mask(long page) {
        return enabled ? masks.value(page) : GpaProtection.ALL;
    }

    /** The first page above {@code page} that may have another mask; {@link Long#MAX_VALUE} if there is none. */
    long nextChange(long page) {
        return enabled ? masks.nextChange(page) : Long.MAX_VALUE;
    }

    VtlProtections withDefault(boolean nowEnabled, int mask) {
        return new VtlProtections(nowEnabled, masks.withDefault(mask));
    }

    /** The same with another mask for the pages from {@code first} to {@code end}, exclusive. */
    VtlProtections with(long first, long end, int mask) {
        return new VtlProtections(enabled, masks.with(first, end, mask));
    }
}
