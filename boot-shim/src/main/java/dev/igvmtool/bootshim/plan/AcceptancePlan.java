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
 * @param acceptBounce what of the bounce buffer is not memory of VTL2
 * @param convert what the launch filled as shared pages
 */
public record AcceptancePlan(
        List<GpaRange> protect, List<GpaRange> accept, List<GpaRange> acceptBounce, List<GpaRange> convert) {
    private static final long LARGE_PAGE = 2 << 20;

    public AcceptancePlan {
        protect = List.copyOf(protect);
        accept = List.copyOf(accept);
        acceptBounce = List.copyOf(acceptBounce);
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
        return new AcceptancePlan(protect, accept, outside(bounceBuffer(inputs), topology), convert);
    }

    private static GpaRange bounceBuffer(ShimInputs inputs) {
        GpaRange buffer = inputs.image().bounceBuffer();
        boolean good = (buffer.start() & LARGE_PAGE - 1) == 0 && Long.compareUnsigned(buffer.size(), LARGE_PAGE) >= 0;
        if (buffer.isEmpty() ? inputs.hardwareIsolated() : !good) {
            throw new ShimFatalException(
                    "bounce buffer " + buffer + ", expected at least 2 MiB at a multiple of 2 MiB");
        }
        return buffer;
    }

    private static List<GpaRange> outside(GpaRange range, Topology topology) {
        return RangeWalk.walk(List.of(range), piece -> piece, topology.vtl2Memory(), MemoryEntry::range).stream()
                .filter(piece -> piece.left().isPresent() && piece.right().isEmpty())
                .map(RangeWalk.Piece::range)
                .toList();
    }
}
