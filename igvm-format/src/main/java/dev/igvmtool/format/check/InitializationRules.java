package dev.igvmtool.format.check;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.header.CcaPolicy;
import dev.igvmtool.format.header.CorimDocument;
import dev.igvmtool.format.header.CorimSignature;
import dev.igvmtool.format.header.InitializationHeader;
import dev.igvmtool.format.header.PageTableRelocationRegion;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.RelocatableRegion;
import dev.igvmtool.format.header.SupportedPlatform;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Initialization headers: relocation regions apart from each other and inside their bounds, one page-table region and at
 * most one CoRIM document and signature for each platform, the document first.
 */
final class InitializationRules {
    private record Region(int mask, GpaRange range) {}

    private final IgvmFile file;
    private final List<Finding> findings;
    private final List<Region> regions = new ArrayList<>();
    private int pageTableMask;
    private int documentMask;
    private int signatureMask;

    InitializationRules(IgvmFile file, List<Finding> findings) {
        this.file = file;
        this.findings = findings;
    }

    void check() {
        List<InitializationHeader> headers = file.initializations();
        for (int i = 0; i < headers.size(); i++) {
            check(headers.get(i), "initialization header " + i);
        }
    }

    // Policies of the guest and unknown headers have no rule that reaches past themselves.
    private void check(InitializationHeader header, String place) {
        int mask = header.compatibilityMask();
        if (header instanceof RelocatableRegion region) {
            if (Long.compareUnsigned(region.minimumRelocationGpa(), region.maximumRelocationGpa()) > 0) {
                add(
                        "relocation-bounds",
                        place,
                        String.format(
                                "minimum 0x%x is above maximum 0x%x",
                                region.minimumRelocationGpa(), region.maximumRelocationGpa()));
            }
            region(mask, region.relocationRegionGpa(), region.relocationRegionSize(), place);
        } else if (header instanceof PageTableRelocationRegion region) {
            if ((pageTableMask & mask) != 0) {
                add("page-table-region-twice", place, String.format("a second page-table region for mask 0x%x", mask));
            }
            pageTableMask |= mask;
            region(mask, region.gpa(), region.size(), place);
        } else if (header instanceof CorimDocument) {
            if ((documentMask & mask) != 0) {
                add("corim-twice", place, String.format("a second CoRIM document for mask 0x%x", mask));
            }
            documentMask |= mask;
        } else if (header instanceof CorimSignature) {
            if ((signatureMask & mask) != 0) {
                add("corim-twice", place, String.format("a second CoRIM signature for mask 0x%x", mask));
            }
            if ((documentMask & mask) != mask) {
                add("corim-order", place, String.format("a CoRIM signature for mask 0x%x before its document", mask));
            }
            signatureMask |= mask;
        } else if (header instanceof CcaPolicy) {
            Optional<SupportedPlatform> cca = file.platform(PlatformType.CCA);
            if (cca.isEmpty() || cca.get().compatibilityMask() != mask) {
                add(
                        "cca-policy-platform",
                        place,
                        String.format("a CCA policy for mask 0x%x, which is no CCA platform", mask));
            }
        }
    }

    private void region(int mask, long gpa, long size, String place) {
        GpaRange range = GpaRange.ofSize(gpa, size);
        for (Region other : regions) {
            if ((other.mask & mask) != 0 && other.range.overlaps(range)) {
                add("relocation-overlap", place, String.format("region %s overlaps region %s", range, other.range));
            }
        }
        regions.add(new Region(mask, range));
    }

    private void add(String rule, String place, String message) {
        findings.add(new Finding(rule, place, message));
    }
}
