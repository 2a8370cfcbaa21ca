package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;

/**
 * {@code hv_input_assert_virtual_interrupt}, 32 bytes.
 *
 * @param interruptControl bits 0-31 type (0 fixed), 32 level triggered, 33 logical destination
 * @param destinationAddress APIC id for a physical destination
 */
public record AssertVirtualInterruptInput(
        @U64 long partitionId,
        @U64 long interruptControl,
        @U64 long destinationAddress,
        @U32 int requestedVector,
        @U8 int targetVtl,
        @Fixed(3) Bytes padding) {
    public static final Codec<AssertVirtualInterruptInput> CODEC =
            Codec.of(AssertVirtualInterruptInput.class, lookup());
}
