package dev.igvmtool.format;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.header.CcaPolicy;
import dev.igvmtool.format.header.PageTableRelocationRegion;
import dev.igvmtool.format.header.RelocatableRegion;

/** What single headers must fulfil to be read. */
final class Checks {
    private static final long PAGE_MASK = 0xfff;

    private Checks() {}

    static void zero(long value, String field) {
        if (value != 0) {
            throw new FormatException(String.format("0x%x in a reserved field, expected 0", value))
                    .in("field " + field);
        }
    }

    static void aligned(long value, String field) {
        if ((value & PAGE_MASK) != 0) {
            throw new FormatException(String.format("0x%x, expected a multiple of 0x1000", value)).in("field " + field);
        }
    }

    static void vtl(int vtl) {
        if (vtl > 2) {
            throw new FormatException("VTL " + vtl + ", expected 0 to 2").in("field vtl");
        }
    }

    static RelocatableRegion relocatableRegion(RelocatableRegion region) {
        vtl(region.vtl());
        aligned(region.relocationRegionSize(), "relocation_region_size");
        aligned(region.relocationAlignment(), "relocation_alignment");
        if (region.relocationAlignment() == 0) {
            throw new FormatException("0, expected a multiple of 0x1000 above 0").in("field relocation_alignment");
        }
        multiple(region.relocationRegionGpa(), region, "relocation_region_gpa");
        multiple(region.minimumRelocationGpa(), region, "minimum_relocation_gpa");
        multiple(region.maximumRelocationGpa(), region, "maximum_relocation_gpa");
        range(region.relocationRegionGpa(), region.relocationRegionSize(), "relocation_region_size");
        return region;
    }

    static PageTableRelocationRegion pageTableRegion(PageTableRelocationRegion region) {
        zero(region.reserved(), "reserved");
        vtl(region.vtl());
        aligned(region.gpa(), "gpa");
        aligned(region.size(), "size");
        aligned(region.usedSize(), "used_size");
        if (Long.compareUnsigned(region.usedSize(), region.size()) > 0) {
            throw new FormatException(
                            String.format("0x%x, expected at most size, 0x%x", region.usedSize(), region.size()))
                    .in("field used_size");
        }
        range(region.gpa(), region.size(), "size");
        return region;
    }

    static CcaPolicy ccaPolicy(CcaPolicy policy) {
        zero(policy.reserved(), "reserved");
        if (!policy.reserved2().isZero()) {
            throw new FormatException("reserved field is not zero").in("field reserved2");
        }
        long both = policy.attributesRequiredZeroes() & policy.attributesRequiredOnes();
        if (both != 0) {
            throw new FormatException(String.format("attributes 0x%x are required to be both 0 and 1", both))
                    .in("field attributes_required_ones");
        }
        return policy;
    }

    /** A region must have bytes and end below 2^64. */
    private static void range(long start, long size, String field) {
        if (Long.compareUnsigned(start + size, start) <= 0) {
            throw new FormatException(String.format(
                            "region of 0x%x bytes at 0x%x is empty or does not end below 2^64", size, start))
                    .in("field " + field);
        }
    }

    private static void multiple(long value, RelocatableRegion region, String field) {
        if (Long.remainderUnsigned(value, region.relocationAlignment()) != 0) {
            throw new FormatException(String.format(
                            "0x%x, expected a multiple of the alignment 0x%x", value, region.relocationAlignment()))
                    .in("field " + field);
        }
    }
}
