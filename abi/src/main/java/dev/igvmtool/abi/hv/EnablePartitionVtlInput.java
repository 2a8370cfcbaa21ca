package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;

/**
 * {@code hv_input_enable_partition_vtl}, 16 bytes.
 *
 * @param targetVtl a plain number
 * @param flags bit 0 mode-based execute control, 1 supervisor shadow stack, 2 hypervisor-managed translation
 */
public record EnablePartitionVtlInput(
        @U64 long partitionId,
        @U8 int targetVtl,
        @U8 int flags,
        @Fixed(6) Bytes padding) {
    public static final Codec<EnablePartitionVtlInput> CODEC = Codec.of(EnablePartitionVtlInput.class, lookup());
}
