package dev.igvmtool.host.loader;

import dev.igvmtool.format.header.PageTableRelocationRegion;
import dev.igvmtool.format.header.RelocatableRegion;

/**
 * How the VTL2 region of an image moves.
 *
 * @param region what moves
 * @param pageTables what is rebuilt
 * @param offset in bytes, never negative
 */
public record Relocation(RelocatableRegion region, PageTableRelocationRegion pageTables, long offset) {
    /** Where {@code gpa} of the file ends up: only addresses of the region move. */
    public long apply(long gpa) {
        return region.range().contains(gpa) ? gpa + offset : gpa;
    }
}
