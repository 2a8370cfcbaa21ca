package dev.igvmtool.machine.partition;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.machine.memory.PhysicalMemory;

/** {@code HV_REFERENCE_TSC_PAGE}: sequence (0: do not use the page), scale and offset; hyperv-model 4. */
final class ReferenceTscPage {
    private static final int INVALID = 0;
    private static final int SEQUENCE_AND_PADDING = 8;

    private ReferenceTscPage() {}

    /** The page as a guest finds it. */
    static Bytes content(PartitionTime time, int sequence) {
        ByteWriter writer = new ByteWriter();
        if (!time.steady()) {
            return writer.u32(INVALID)
                    .zeros(PhysicalMemory.PAGE_SIZE - Integer.BYTES)
                    .toBytes();
        }
        return writer.u32(Integer.toUnsignedLong(sequence))
                .u32(0)
                .u64(time.tscScale())
                .u64(time.tscPageOffset())
                .zeros(PhysicalMemory.PAGE_SIZE - SEQUENCE_AND_PADDING - 2 * Long.BYTES)
                .toBytes();
    }
}
