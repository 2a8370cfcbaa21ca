package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code hv_input_restore_partition_time}, 32 bytes.
 *
 * @param tscSequence of the reference TSC page afterwards
 * @param referenceTime units of 100 ns
 * @param tsc time-stamp counter at that time
 */
public record RestorePartitionTimeInput(
        @U64 long partitionId,
        @U32 int tscSequence,
        @U32 int reserved,
        @U64 long referenceTime,
        @U64 long tsc) {
    public static final Codec<RestorePartitionTimeInput> CODEC = Codec.of(RestorePartitionTimeInput.class, lookup());
}
