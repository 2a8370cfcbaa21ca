package dev.igvmtool.bootshim.plan;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.devicetree.binding.MemoryEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * What an isolated shim does to the memory of VTL2 before it uses it. Follows openhcl_boot/src/arch/x86_64/memory.rs.
 *
 * @param protect memory of VTL2 that was accepted at launch: lower VTLs lose their access to it
 * @param accept memory of VTL2 that the launch did not fill
 * @param convert what the launch filled as shared pages
 */
public record AcceptancePlan(List<GpaRange> protect, List<GpaRange> accept, List<GpaRange> convert) {
    public AcceptancePlan {
        protect = List.copyOf(protect);
        accept = List.copyOf(accept);
        convert = List.copyOf(convert);
    }

    /**
     * Decides.
     *
     * @throws ShimFatalException if the image does not list its ranges in ascending order
     */
    public static AcceptancePlan of(ShimInputs inputs, Topology topology) {
        List<ShimInputs.Imported> imported = inputs.imported();
        for (int i = 1; i < imported.size(); i++) {
            GpaRange before = imported.get(i - 1).range();
            GpaRange range = imported.get(i).range();
            if (Long.compareUnsigned(range.start(), before.end()) < 0) {
                throw new ShimFatalException("launch range " + range + " is listed after " + before);
            }
        }
        List<GpaRange> protect = new ArrayList<>();
        List<GpaRange> accept = new ArrayList<>();
        for (RangeWalk.Piece<MemoryEntry, ShimInputs.Imported> piece :
                RangeWalk.walk(topology.vtl2Memory(), MemoryEntry::range, imported, ShimInputs.Imported::range)) {
            if (piece.left().isEmpty()) {
                continue; // the launch filled memory of VTL0, too
            }
            if (piece.right().isEmpty()) {
                accept.add(piece.range());
            } else if (piece.right().orElseThrow().accepted()) {
                protect.add(piece.range());
            }
        }
        List<GpaRange> convert = imported.stream()
                .filter(range -> !range.accepted())
                .map(ShimInputs.Imported::range)
                .toList();
        return new AcceptancePlan(protect, accept, convert);
    }
}
