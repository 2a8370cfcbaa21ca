package dev.igvmtool.format.check;

import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.ParameterArea;
import dev.igvmtool.format.header.ParameterInsert;
import dev.igvmtool.format.header.RequiredMemory;
import dev.igvmtool.format.header.SnpIdBlock;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.format.header.VpContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a platform is given: no page twice, all of it below 2^52, required memory that does not wrap, one context for each
 * processor and one ID block.
 */
final class PlacementRules {
    private static final long ADDRESS_LIMIT = 1L << 52;

    /** Pages that one directive puts into guest memory. */
    private record Placed(long startGpa, long endGpa, int mask, int directive) {}

    private final List<Finding> findings;

    PlacementRules(List<Finding> findings) {
        this.findings = findings;
    }

    void check(IgvmFile file) {
        List<Placed> placed = placed(file.directives());
        placed.sort(Comparator.comparingLong(Placed::startGpa));
        for (SupportedPlatform platform : file.supportedPlatforms()) {
            overlaps(placed, platform.compatibilityMask());
            contexts(file.directives(), platform.compatibilityMask());
        }
    }

    private List<Placed> placed(List<Directive> directives) {
        Map<Integer, Long> areas = new HashMap<>();
        List<Placed> placed = new ArrayList<>();
        for (int i = 0; i < directives.size(); i++) {
            Directive directive = directives.get(i);
            // Contexts, parameters and measurements place no pages of their own here.
            if (directive instanceof PageData page) {
                place(page.gpa(), PageData.PAGE_SIZE, page.compatibilityMask(), i, placed);
            } else if (directive instanceof ParameterArea area) {
                areas.put(area.parameterAreaIndex(), area.numberOfBytes());
            } else if (directive instanceof ParameterInsert insert) {
                long size = areas.getOrDefault(insert.parameterAreaIndex(), (long) PageData.PAGE_SIZE);
                place(insert.gpa(), size, insert.compatibilityMask(), i, placed);
            } else if (directive instanceof RequiredMemory memory) {
                end(memory.gpa(), memory.numberOfBytes(), i);
            }
        }
        return placed;
    }

    private void place(long gpa, long size, int mask, int directive, List<Placed> placed) {
        if (end(gpa, size, directive)) {
            placed.add(new Placed(gpa, gpa + size, mask, directive));
        }
    }

    /** True if the range ends where a machine can have memory. */
    private boolean end(long gpa, long size, int directive) {
        boolean fits =
                Long.compareUnsigned(gpa, ADDRESS_LIMIT) < 0 && Long.compareUnsigned(size, ADDRESS_LIMIT - gpa) <= 0;
        if (!fits) {
            add("address", directive, String.format("0x%x bytes at GPA 0x%x reach past 2^52", size, gpa));
        }
        return fits;
    }

    private void overlaps(List<Placed> sorted, int mask) {
        long end = 0;
        int owner = -1;
        for (Placed range : sorted) {
            if ((range.mask & mask) == 0) {
                continue;
            }
            if (range.startGpa < end) {
                add(
                        "overlap",
                        range.directive,
                        String.format(
                                "GPA 0x%x was placed by directive %d for mask 0x%x already",
                                range.startGpa, owner, mask));
            }
            if (range.endGpa > end) {
                end = range.endGpa;
                owner = range.directive;
            }
        }
    }

    private void contexts(List<Directive> directives, int mask) {
        Set<Integer> processors = new HashSet<>();
        boolean idBlock = false;
        for (int i = 0; i < directives.size(); i++) {
            Directive directive = directives.get(i);
            if (!directive.appliesTo(mask)) {
                continue;
            }
            if (directive instanceof VpContext context && !processors.add(context.vpIndex())) {
                add(
                        "context-twice",
                        i,
                        String.format("a second context for VP %d, mask 0x%x", context.vpIndex(), mask));
            }
            if (directive instanceof SnpIdBlock) {
                if (idBlock) {
                    add("id-block-twice", i, String.format("a second ID block for mask 0x%x", mask));
                }
                idBlock = true;
            }
        }
    }

    private void add(String rule, int directive, String message) {
        findings.add(new Finding(rule, "directive " + directive, message));
    }
}
