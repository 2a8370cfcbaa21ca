package dev.igvmtool.format.header;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.U16;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;

/**
 * {@code IGVM_VHS_PAGE_TABLE_RELOCATION}: the page tables that a loader rebuilds when it moves a relocatable region.
 *
 * @param compatibilityMask platforms the header is for
 * @param vpIndex processor whose paging registers apply
 * @param vtl VTL of those registers
 * @param reserved zero
 * @param gpa start of the region
 * @param size in bytes, with room for new tables
 * @param usedSize bytes from the start that hold the initial tables
 */
public record PageTableRelocationRegion(
        @U32 int compatibilityMask,
        @U16 int vpIndex,
        @U8 int vtl,
        @U8 int reserved,
        @U64 long gpa,
        @U64 long size,
        @U64 long usedSize)
        implements InitializationHeader {
    public static final Codec<PageTableRelocationRegion> CODEC = Codec.of(PageTableRelocationRegion.class, lookup());

    /** A region with zero reserved field. */
    public PageTableRelocationRegion(int compatibilityMask, int vpIndex, int vtl, long gpa, long size, long usedSize) {
        this(compatibilityMask, vpIndex, vtl, 0, gpa, size, usedSize);
    }

    /** The whole region; {@link IllegalArgumentException} if it wraps. */
    public GpaRange range() {
        return GpaRange.ofSize(gpa, size);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.pageTableRelocationRegion(this);
    }
}
