package dev.igvmtool.format.header;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code IGVM_VHS_REQUIRED_MEMORY}: memory that must exist for the image to be loaded.
 *
 * @param gpa page-aligned start
 * @param compatibilityMask platforms the header is for
 * @param numberOfBytes a multiple of 4096
 * @param flags {@link #VTL2_PROTECTABLE}
 * @param reserved zero
 */
public record RequiredMemory(
        @U64 long gpa,
        @U32 int compatibilityMask,
        @U32 long numberOfBytes,
        @U32 int flags,
        @U32 int reserved) implements Directive {
    /** Flag: VTL2 must be able to protect the memory from lower VTLs. */
    public static final int VTL2_PROTECTABLE = 1;

    public static final Codec<RequiredMemory> CODEC = Codec.of(RequiredMemory.class, lookup());

    /** A range with flags as the one named bit says. */
    public RequiredMemory(long gpa, int compatibilityMask, long numberOfBytes, boolean vtl2Protectable) {
        this(gpa, compatibilityMask, numberOfBytes, vtl2Protectable ? VTL2_PROTECTABLE : 0, 0);
    }

    /** True if VTL2 must be able to protect the memory from lower VTLs. */
    public boolean vtl2Protectable() {
        return (flags & VTL2_PROTECTABLE) != 0;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.requiredMemory(this);
    }
}
