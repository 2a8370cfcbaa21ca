package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code hv_input_memory_mapped_io_read}, 16 bytes; the output has 64 bytes. Writing: 64 bytes of data follow.
 *
 * @param accessWidth bytes, 1 to 64
 */
public record MmioReadInput(
        @U64 long gpa, @U32 long accessWidth, @U32 int reserved) {
    public static final Codec<MmioReadInput> CODEC = Codec.of(MmioReadInput.class, lookup());

    /** Bytes of the data area. */
    public static final int DATA_BYTES = 64;
}
