package dev.igvmtool.bootshim.plan;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.shim.MemoryVtlType;
import dev.igvmtool.devicetree.binding.MemoryEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What each piece of VTL2 memory is used for: a sorted list of pieces, from which memory is allocated. Immutable; an
 * allocation gives a new list. Follows openhcl_boot/src/memory.rs.
 */
public record AddressSpace(List<Piece> pieces) {
    /** Entries that the list of reserved ranges holds. */
    public static final int MAX_RESERVED = 134;

    private static final long PAGE_BYTES = 4096;

    public AddressSpace {
        pieces = List.copyOf(pieces);
    }

    /** What a piece is used for. */
    public enum Usage {
        FREE(MemoryVtlType.VTL2_RAM),
        /** Occupied until the kernel runs: kernel, initrd, shim, page tables, the host's device tree. */
        USED(MemoryVtlType.VTL2_RAM),
        CONFIG(MemoryVtlType.VTL2_CONFIG),
        SIDECAR_IMAGE(MemoryVtlType.VTL2_SIDECAR_IMAGE),
        SIDECAR_NODE(MemoryVtlType.VTL2_SIDECAR_NODE),
        RESERVED(MemoryVtlType.VTL2_RESERVED),
        POOL(MemoryVtlType.VTL2_GPA_POOL),
        TDX_PAGE_TABLES(MemoryVtlType.VTL2_TDX_PAGE_TABLES),
        LOG_BUFFER(MemoryVtlType.VTL2_BOOTSHIM_LOG_BUFFER),
        PERSISTED_HEADER(MemoryVtlType.VTL2_PERSISTED_STATE_HEADER),
        PERSISTED_PAYLOAD(MemoryVtlType.VTL2_PERSISTED_STATE_PROTOBUF);

        private final MemoryVtlType type;

        Usage(MemoryVtlType type) {
            this.type = type;
        }

        /** Type under which the kernel and the paravisor hear of it. */
        public MemoryVtlType type() {
            return type;
        }

        /** True if the kernel must leave the piece alone. */
        public boolean reserved() {
            return type != MemoryVtlType.VTL2_RAM;
        }
    }

    /** A range of memory on one node with one use. */
    public record Piece(GpaRange range, long node, Usage usage) {}

    /** A range with a type, whatever its nodes. */
    public record Typed(GpaRange range, MemoryVtlType type) {}

    /** A range of the image or of a previous instance that has a use already. */
    public record Occupied(GpaRange range, Usage usage) {}

    /** From which end memory is taken. */
    public enum Policy {
        LOW,
        HIGH
    }

    /** An allocation: the range, the node on which it lies, and the address space without it. */
    public record Allocation(GpaRange range, long node, AddressSpace rest) {}

    /**
     * Lays what is occupied over the memory of VTL2; everything else is free.
     *
     * @param memory ascending
     * @param occupied ascending, all inside {@code memory}
     */
    static AddressSpace of(List<MemoryEntry> memory, List<Occupied> occupied) {
        List<Piece> pieces = new ArrayList<>();
        for (RangeWalk.Piece<MemoryEntry, Occupied> piece :
                RangeWalk.walk(memory, MemoryEntry::range, occupied, Occupied::range)) {
            if (piece.left().isEmpty()) {
                throw new ShimFatalException("range " + piece.range() + " is in use but is not memory of VTL2");
            }
            pieces.add(new Piece(
                    piece.range(),
                    piece.left().orElseThrow().node(),
                    piece.right().map(Occupied::usage).orElse(Usage.FREE)));
        }
        return new AddressSpace(pieces);
    }

    /**
     * Takes memory from the first free piece that fits, in the direction of the policy.
     *
     * @param node the node on which the memory must lie; any if empty
     * @param sizeBytes rounded up to pages; nothing is given for 0
     * @param alignment power of two; both ends of a piece are first moved inwards to it
     */
    public Optional<Allocation> allocate(
            OptionalLong node, long sizeBytes, Usage usage, Policy policy, long alignment) {
        long size = sizeBytes + PAGE_BYTES - 1 & -PAGE_BYTES;
        if (size == 0) {
            return Optional.empty();
        }
        for (int i = 0; i < pieces.size(); i++) {
            int index = policy == Policy.LOW ? i : pieces.size() - 1 - i;
            Piece piece = pieces.get(index);
            if (piece.usage != Usage.FREE || node.isPresent() && node.getAsLong() != piece.node) {
                continue;
            }
            long start = piece.range.start() + alignment - 1 & -alignment;
            long end = piece.range.end() & -alignment;
            if (Long.compareUnsigned(start, end) > 0 || Long.compareUnsigned(end - start, size) < 0) {
                continue;
            }
            GpaRange taken = policy == Policy.LOW ? GpaRange.ofSize(start, size) : new GpaRange(end - size, end);
            return Optional.of(new Allocation(taken, piece.node, replace(index, taken, usage)));
        }
        return Optional.empty();
    }

    private AddressSpace replace(int index, GpaRange taken, Usage usage) {
        Piece whole = pieces.get(index);
        List<Piece> changed = new ArrayList<>(pieces.subList(0, index));
        if (whole.range.start() != taken.start()) {
            changed.add(new Piece(new GpaRange(whole.range.start(), taken.start()), whole.node, Usage.FREE));
        }
        changed.add(new Piece(taken, whole.node, usage));
        if (whole.range.end() != taken.end()) {
            changed.add(new Piece(new GpaRange(taken.end(), whole.range.end()), whole.node, Usage.FREE));
        }
        changed.addAll(pieces.subList(index + 1, pieces.size()));
        return new AddressSpace(changed);
    }

    /** The pieces as types; touching pieces of one type are one. */
    public List<Typed> typed() {
        return RangeWalk.merge(
                pieces.stream()
                        .map(piece -> new Typed(piece.range, piece.usage.type))
                        .toList(),
                Typed::range,
                (a, b) -> a.type == b.type
                        ? Optional.of(new Typed(new GpaRange(a.range.start(), b.range.end()), a.type))
                        : Optional.empty());
    }

    /**
     * The ranges that the kernel must leave alone, piece by piece.
     *
     * @throws ShimFatalException if there are more than {@link #MAX_RESERVED}
     */
    public List<GpaRange> reserved() {
        List<GpaRange> reserved = pieces.stream()
                .filter(piece -> piece.usage.reserved())
                .map(Piece::range)
                .toList();
        if (reserved.size() > MAX_RESERVED) {
            throw new ShimFatalException(
                    String.format("%d reserved ranges, the list holds %d", reserved.size(), MAX_RESERVED));
        }
        return reserved;
    }

    /** True if some piece has this use. */
    public boolean has(Usage usage) {
        return pieces.stream().anyMatch(piece -> piece.usage == usage);
    }
}
