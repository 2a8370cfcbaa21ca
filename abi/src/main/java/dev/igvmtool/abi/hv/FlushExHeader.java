package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code hv_input_flush_virtual_address_space_ex} with the fixed part of its VP set, 32 bytes; the banks of the set are the
 * variable header, and for a list of addresses u64 ranges follow.
 *
 * @param flags see {@link FlushFlags}
 * @param setFormat see {@link VpSetFormat}
 * @param validBanks which banks of 64 VPs follow
 */
public record FlushExHeader(
        @U64 long addressSpace,
        @U64 long flags,
        @U64 long setFormat,
        @U64 long validBanks) {
    public static final Codec<FlushExHeader> CODEC = Codec.of(FlushExHeader.class, lookup());
}
