package dev.igvmtool.host.loader;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.ParameterInsert;
import java.util.List;

/**
 * Which part of an image is loaded.
 *
 * @param vtl2Only true for a reload of VTL2 under a VM that goes on: VTL0 keeps its memory and its processors
 * @param vtl2 ranges of VTL2, as the file has them
 */
record LoadScope(boolean vtl2Only, List<GpaRange> vtl2) {
    /** Everything. */
    static final LoadScope WHOLE = new LoadScope(false, List.of());

    /** True if a directive is left out. Contexts of lower VTLs are too, which only their content tells. */
    boolean leavesOut(Directive directive) {
        if (!vtl2Only) {
            return false;
        }
        if (directive instanceof PageData page) {
            return !covers(page.gpa());
        }
        return directive instanceof ParameterInsert insert && !covers(insert.gpa());
    }

    private boolean covers(long gpa) {
        return vtl2.stream().anyMatch(range -> range.contains(gpa));
    }
}
