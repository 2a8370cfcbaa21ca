package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code hv_input_flush_virtual_address_space}, 24 bytes; for a list of addresses u64 ranges follow.
 *
 * @param addressSpace CR3 of the address space
 * @param flags see {@link FlushFlags}
 * @param processorMask one bit per VP, the first 64
 */
public record FlushInput(
        @U64 long addressSpace, @U64 long flags, @U64 long processorMask) {
    public static final Codec<FlushInput> CODEC = Codec.of(FlushInput.class, lookup());
}
