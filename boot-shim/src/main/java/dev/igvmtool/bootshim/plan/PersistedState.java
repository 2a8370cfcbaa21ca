package dev.igvmtool.bootshim.plan;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.shim.MemoryVtlType;
import dev.igvmtool.abi.shim.PersistedStateHeader;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code SavedState}: what a previous instance of VTL2 left about the partition's memory, a protobuf message. Follows
 * openvmm, openhcl/loader_defs shim::save_restore.
 *
 * @param memory ascending pieces of memory with their use
 * @param mmio pieces of MMIO
 * @param cpusWithMappedInterrupts processors with device interrupts but no I/O under way
 * @param cpusWithOutstandingIo processors with I/O under way
 */
public record PersistedState(
        List<Memory> memory, List<Mmio> mmio, List<Long> cpusWithMappedInterrupts, List<Long> cpusWithOutstandingIo) {
    /** A number of 32 bits on the wire may have more; they do not count. */
    private static final long UINT32 = 0xffff_ffffL;

    public PersistedState {
        memory = List.copyOf(memory);
        mmio = List.copyOf(mmio);
        cpusWithMappedInterrupts = List.copyOf(cpusWithMappedInterrupts);
        cpusWithOutstandingIo = List.copyOf(cpusWithOutstandingIo);
    }

    /** A piece of memory. */
    public record Memory(GpaRange range, long node, MemoryVtlType type, int igvmType) {}

    /** A piece of MMIO. */
    public record Mmio(GpaRange range, MemoryVtlType type) {}

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

    /** Bytes of one element of the lists, as the reference lays them out. */
    private static final int MEMORY_BYTES = 32;

    private static final int MMIO_BYTES = 24;
    private static final int CPU_BYTES = 4;
    private static final int FIRST_ELEMENTS = 4;

    /**
     * The use of a heap by decoding.
     *
     * @throws ShimFatalException if it is too small
     */
    Heap heap(long heapBytes) {
        long bytes = 0;
        int allocations = 0;
        int[][] lists = {
            {memory.size(), MEMORY_BYTES},
            {mmio.size(), MMIO_BYTES},
            {cpusWithMappedInterrupts.size(), CPU_BYTES},
            {cpusWithOutstandingIo.size(), CPU_BYTES}
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
    public static PersistedState decode(Bytes payload) {
        try {
            return decodeState(payload);
        } catch (FormatException e) {
            throw new ShimFatalException("persisted state cannot be decoded: " + e.getMessage(), e);
        }
    }

    private static PersistedState decodeState(Bytes payload) {
        List<Memory> memory = new ArrayList<>();
        List<Mmio> mmio = new ArrayList<>();
        List<Long> mapped = new ArrayList<>();
        List<Long> outstanding = new ArrayList<>();
        for (ProtobufField field : ProtobufField.fields(payload)) {
            switch (field.number()) {
                case 1 -> memory.add(memory(field.message()));
                case 2 -> mmio.add(mmio(field.message()));
                case 3 -> mapped.addAll(uint32s(field));
                case 4 -> outstanding.addAll(uint32s(field));
                default -> {} // a later version's field
            }
        }
        return new PersistedState(memory, mmio, mapped, outstanding);
    }

    private static Memory memory(Bytes message) {
        GpaRange range = new GpaRange(0, 0);
        long node = 0;
        MemoryVtlType type = MemoryVtlType.VTL0;
        int igvmType = 0;
        for (ProtobufField field : ProtobufField.fields(message)) {
            switch (field.number()) {
                case 1 -> range = range(field.message());
                case 2 -> node = field.varint() & UINT32;
                case 3 -> type = vtlType(wrapped(field.message()));
                case 4 -> igvmType = (int) wrapped(field.message()) & 0xffff;
                default -> {} // a later version's field
            }
        }
        return new Memory(range, node, type, igvmType);
    }

    private static Mmio mmio(Bytes message) {
        GpaRange range = new GpaRange(0, 0);
        MemoryVtlType type = MemoryVtlType.VTL0;
        for (ProtobufField field : ProtobufField.fields(message)) {
            switch (field.number()) {
                case 1 -> range = range(field.message());
                case 2 -> type = vtlType(wrapped(field.message()));
                default -> {} // a later version's field
            }
        }
        return new Mmio(range, type);
    }

    private static GpaRange range(Bytes message) {
        long start = 0;
        long end = 0;
        for (ProtobufField field : ProtobufField.fields(message)) {
            switch (field.number()) {
                case 1 -> start = field.varint();
                case 2 -> end = field.varint();
                default -> {} // a later version's field
            }
        }
        if (Long.compareUnsigned(end, start) < 0) {
            throw new FormatException(String.format("range ends at 0x%x, before its start 0x%x", end, start));
        }
        return new GpaRange(start, end);
    }

    private static List<Long> uint32s(ProtobufField field) {
        return field.varints().stream().map(value -> value & UINT32).toList();
    }

    /** A message that holds one number in field 1. */
    private static long wrapped(Bytes message) {
        long value = 0;
        for (ProtobufField field : ProtobufField.fields(message)) {
            if (field.number() == 1) {
                value = field.varint();
            }
        }
        return value;
    }

    private static MemoryVtlType vtlType(long value) {
        return MemoryVtlType.of((int) value)
                .filter(type -> type.value() == value)
                .orElseThrow(() -> new FormatException("memory type is " + value + ", expected 0 to 12"));
    }
}
