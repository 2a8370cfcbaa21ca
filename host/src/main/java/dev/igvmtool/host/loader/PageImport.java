package dev.igvmtool.host.loader;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;

/**
 * Pages to be put into guest memory before it runs.
 *
 * @param gpa page-aligned, after relocation
 * @param sizeBytes a multiple of the page size, above 0
 * @param acceptance how they start out
 * @param content first bytes, shared with the image; zeros follow
 */
public record PageImport(long gpa, long sizeBytes, Acceptance acceptance, Bytes content) {
    /** Where the pages go. */
    public GpaRange range() {
        return GpaRange.ofSize(gpa, sizeBytes);
    }
}
