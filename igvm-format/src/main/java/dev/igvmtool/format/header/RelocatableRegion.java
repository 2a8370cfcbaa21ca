package dev.igvmtool.format.header;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.U16;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;

/**
 * {@code IGVM_VHS_RELOCATABLE_REGION}: a range that the loader may move as a whole.
 *
 * @param compatibilityMask platforms the header is for
 * @param vpIndex processor whose registers the flags speak of
 * @param vtl VTL of those registers
 * @param flags {@link #IS_VTL2}, {@link #APPLY_PC}, {@link #APPLY_GDTR}
 * @param relocationAlignment of the new base, in bytes
 * @param relocationRegionGpa base as the file has it
 * @param relocationRegionSize in bytes
 * @param minimumRelocationGpa lowest new base
 * @param maximumRelocationGpa highest end of the moved region, exclusive
 */
public record RelocatableRegion(
        @U32 int compatibilityMask,
        @U16 int vpIndex,
        @U8 int vtl,
        @U8 int flags,
        @U64 long relocationAlignment,
        @U64 long relocationRegionGpa,
        @U64 long relocationRegionSize,
        @U64 long minimumRelocationGpa,
        @U64 long maximumRelocationGpa)
        implements InitializationHeader {
    /** Flag: this is the region of VTL2. */
    public static final int IS_VTL2 = 1;

    /** Flag: the offset is added to RIP or PC. */
    public static final int APPLY_PC = 2;

    /** Flag: the offset is added to the base of GDTR. */
    public static final int APPLY_GDTR = 4;

    public static final Codec<RelocatableRegion> CODEC = Codec.of(RelocatableRegion.class, lookup());

    /** True if {@link #IS_VTL2} is set. */
    public boolean isVtl2() {
        return (flags & IS_VTL2) != 0;
    }

    /** True if {@link #APPLY_PC} is set. */
    public boolean appliesToPc() {
        return (flags & APPLY_PC) != 0;
    }

    /** True if {@link #APPLY_GDTR} is set. */
    public boolean appliesToGdtr() {
        return (flags & APPLY_GDTR) != 0;
    }

    /** The region as the file has it; {@link IllegalArgumentException} if it wraps. */
    public GpaRange range() {
        return GpaRange.ofSize(relocationRegionGpa, relocationRegionSize);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.relocatableRegion(this);
    }
}
