package dev.igvmtool.abi.mshv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code hcl_pfn_range_t}, 16 bytes: memory of the lower VTL that devices may reach.
 *
 * @param startPfn first page number; bit 51 marks shared memory
 * @param endPfn first page number after the range
 */
public record AddVtl0MemoryArgument(@U64 long startPfn, @U64 long endPfn) {
    public static final Codec<AddVtl0MemoryArgument> CODEC = Codec.of(AddVtl0MemoryArgument.class, lookup());

    /** Bit of page numbers: their shared aliases. */
    public static final long SHARED = 1L << 51;
}
