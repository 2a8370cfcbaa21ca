package dev.igvmtool.abi.shim;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.protobuf.ProtobufField;
import dev.igvmtool.abi.protobuf.ProtobufWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code SavedState}: what an instance of VTL2 leaves to the next one about the partition's memory, a protobuf message in
 * the persisted-state region. Follows openvmm, openhcl/loader_defs shim::save_restore.
 *
 * @param memory ascending pieces of memory with their use
 * @param mmio pieces of MMIO
 * @param cpusWithMappedInterrupts processors with device interrupts but no I/O under way
 * @param cpusWithOutstandingIo processors with I/O under way
 */
public record SavedState(
        List<Memory> memory, List<Mmio> mmio, List<Long> cpusWithMappedInterrupts, List<Long> cpusWithOutstandingIo) {
    private static final int MEMORY = 1;
    private static final int MMIO = 2;
    private static final int MAPPED_INTERRUPTS = 3;
    private static final int OUTSTANDING_IO = 4;

    /** A number of 32 bits on the wire may have more; they do not count. */
    private static final long UINT32 = 0xffff_ffffL;

    public SavedState {
        memory = List.copyOf(memory);
        mmio = List.copyOf(mmio);
        cpusWithMappedInterrupts = List.copyOf(cpusWithMappedInterrupts);
        cpusWithOutstandingIo = List.copyOf(cpusWithOutstandingIo);
    }

    /** A piece of memory. */
    public record Memory(GpaRange range, long node, MemoryVtlType type, int igvmType) {}

    /** A piece of MMIO. */
    public record Mmio(GpaRange range, MemoryVtlType type) {}

    /** The message. Numbers that are 0 and messages without fields are left out. */
    public Bytes encode() {
        ProtobufWriter writer = new ProtobufWriter();
        for (Memory piece : memory) {
            writer.element(
                    MEMORY,
                    new ProtobufWriter()
                            .message(1, range(piece.range))
                            .number(2, piece.node)
                            .message(3, wrapped(piece.type.value()))
                            .message(4, wrapped(piece.igvmType)));
        }
        for (Mmio piece : mmio) {
            writer.element(
                    MMIO, new ProtobufWriter().message(1, range(piece.range)).message(2, wrapped(piece.type.value())));
        }
        return writer.packed(MAPPED_INTERRUPTS, cpusWithMappedInterrupts)
                .packed(OUTSTANDING_IO, cpusWithOutstandingIo)
                .toBytes();
    }

    private static ProtobufWriter range(GpaRange range) {
        return new ProtobufWriter().number(1, range.start()).number(2, range.end());
    }

    private static ProtobufWriter wrapped(long value) {
        return new ProtobufWriter().number(1, value);
    }

    /**
     * Reads a message.
     *
     * @throws FormatException if it is another
     */
    public static SavedState decode(Bytes payload) {
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
        return new SavedState(memory, mmio, mapped, outstanding);
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
