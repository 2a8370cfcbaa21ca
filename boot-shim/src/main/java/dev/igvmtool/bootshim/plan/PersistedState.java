package dev.igvmtool.bootshim.plan;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.shim.PersistedStateHeader;
import dev.igvmtool.abi.shim.SavedState;

/** How the shim takes what a previous instance of VTL2 left: where it is, and what it costs to decode. */
public final class PersistedState {
    /** Bytes of one element of the lists, as the reference lays them out. */
    private static final int MEMORY_BYTES = 32;

    private static final int MMIO_BYTES = 24;
    private static final int CPU_BYTES = 4;
    private static final int FIRST_ELEMENTS = 4;

    private PersistedState() {}

    /**
     * Where the payload is.
     *
     * @param region all that is kept for the state
     * @throws ShimFatalException if the header points outside the region
     */
    public static GpaRange payload(PersistedStateHeader header, GpaRange region) {
        long start = header.protobufBaseGpa();
        long end = start + header.protobufRegionLength();
        if (Long.compareUnsigned(end, start) < 0 || !region.contains(new GpaRange(start, end))) {
            throw new ShimFatalException(String.format(
                    "persisted state: payload region of 0x%x bytes at 0x%x is not inside %s",
                    header.protobufRegionLength(), start, region));
        }
        if (Long.compareUnsigned(header.protobufPayloadLength(), header.protobufRegionLength()) > 0) {
            throw new ShimFatalException(String.format(
                    "persisted state: payload of 0x%x bytes is longer than its region of 0x%x",
                    header.protobufPayloadLength(), header.protobufRegionLength()));
        }
        return GpaRange.ofSize(start, header.protobufPayloadLength());
    }

    /**
     * What decoding takes of the shim's heap: lists that double when they are full, none of which is given back.
     *
     * @param bytes taken
     * @param allocations how often
     * @param freeBytes left
     */
    record Heap(long bytes, int allocations, long freeBytes) {}

    /**
     * The use of a heap by decoding.
     *
     * @throws ShimFatalException if it is too small
     */
    static Heap heap(SavedState state, long heapBytes) {
        long bytes = 0;
        int allocations = 0;
        int[][] lists = {
            {state.memory().size(), MEMORY_BYTES},
            {state.mmio().size(), MMIO_BYTES},
            {state.cpusWithMappedInterrupts().size(), CPU_BYTES},
            {state.cpusWithOutstandingIo().size(), CPU_BYTES}
        };
        for (int[] list : lists) {
            int elements = 0;
            while (elements < list[0]) {
                elements = elements == 0 ? FIRST_ELEMENTS : 2 * elements;
                bytes += (long) elements * list[1];
                allocations++;
            }
        }
        if (Long.compareUnsigned(bytes, heapBytes) > 0) {
            throw new ShimFatalException(String.format(
                    "persisted state needs 0x%x bytes to be decoded, the heap has 0x%x", bytes, heapBytes));
        }
        return new Heap(bytes, allocations, heapBytes - bytes);
    }

    /**
     * Decodes a payload.
     *
     * @throws ShimFatalException if it is not the message
     */
    public static SavedState decode(Bytes payload) {
        try {
            return SavedState.decode(payload);
        } catch (FormatException e) {
            throw new ShimFatalException("persisted state cannot be decoded: " + e.getMessage(), e);
        }
    }
}
