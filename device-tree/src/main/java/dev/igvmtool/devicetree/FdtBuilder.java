package dev.igvmtool.devicetree;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a flattened device tree, byte for byte as openvmm's support/fdt/src/builder.rs does: header, memory
 * reservations, strings, structure. Names of properties are added to the strings block first, in an order that is the
 * caller's and without looking for duplicates; the block keeps {@value #STRINGS_CAPACITY} bytes whatever it uses.
 *
 * <pre>{@code
 * FdtBuilder fdt = new FdtBuilder(0x40000, List.of());
 * FdtBuilder.Name compatible = fdt.addString("compatible");
 * fdt.startNode("").string(compatible, "microsoft,openvmm").endNode();
 * Bytes blob = fdt.build(0);
 * }</pre>
 */
public final class FdtBuilder {
    /** Bytes kept for the strings block. */
    public static final int STRINGS_CAPACITY = 1024;

    private final int capacityBytes;
    private final List<GpaRange> reservations;
    private final int stringsOffset;
    private final ByteWriter strings = new ByteWriter(ByteOrder.BIG_ENDIAN);
    private final ByteWriter structure = new ByteWriter(ByteOrder.BIG_ENDIAN);
    private final List<Boolean> openHasChildren = new ArrayList<>();
    private boolean rootDone;

    /** A property name in the strings block of one builder. */
    public record Name(int offset, String text) {}

    /**
     * @param capacityBytes size of the buffer that the blob must fit
     * @param reservations entries of the memory reservation block, in this order
     * @throws FdtBuildException if a reservation is empty at address 0, equals or overlaps another, or if not even the
     *     fixed blocks fit
     */
    public FdtBuilder(int capacityBytes, List<GpaRange> reservations) {
        this.capacityBytes = capacityBytes;
        this.reservations = List.copyOf(reservations);
        checkReservations();
        this.stringsOffset = Fdt.HEADER_BYTES + Fdt.RESERVATION_BYTES * (reservations.size() + 1);
        checkSpace();
    }

    private void checkReservations() {
        List<GpaRange> sorted = new ArrayList<>(reservations);
        sorted.sort((a, b) -> Long.compareUnsigned(a.start(), b.start()));
        for (int i = 0; i < sorted.size(); i++) {
            GpaRange range = sorted.get(i);
            if (range.start() == 0 && range.isEmpty()) {
                throw new FdtBuildException("memory reservation of 0 bytes at 0 would end the reservation block");
            }
            if (i > 0 && Long.compareUnsigned(sorted.get(i - 1).end(), range.start()) > 0
                    || i > 0 && sorted.get(i - 1).equals(range)) {
                throw new FdtBuildException("memory reservations " + sorted.get(i - 1) + " and " + range + " overlap");
            }
        }
    }

    /**
     * Adds a property name to the strings block.
     *
     * @throws FdtBuildException if the block is full
     */
    public Name addString(String text) {
        Bytes encoded = text(text);
        if (strings.size() + encoded.size() > STRINGS_CAPACITY) {
            throw new FdtBuildException(String.format(
                    "strings block is full: \"%s\" needs 0x%x bytes, 0x%x are left",
                    text, encoded.size(), STRINGS_CAPACITY - strings.size()));
        }
        Name name = new Name(strings.size(), text);
        strings.bytes(encoded);
        return name;
    }

    /** Begins a node; its properties come first, then its children. */
    public FdtBuilder startNode(String name) {
        if (openHasChildren.isEmpty() && rootDone) {
            throw new IllegalStateException("a tree has one root node");
        }
        if (!openHasChildren.isEmpty()) {
            openHasChildren.set(openHasChildren.size() - 1, true);
        }
        openHasChildren.add(false);
        structure.u32(Fdt.BEGIN_NODE).bytes(text(name)).alignTo(4);
        checkSpace();
        return this;
    }

    /** Ends the node begun last. */
    public FdtBuilder endNode() {
        if (openHasChildren.isEmpty()) {
            throw new IllegalStateException("no node is open");
        }
        openHasChildren.remove(openHasChildren.size() - 1);
        rootDone = openHasChildren.isEmpty();
        structure.u32(Fdt.END_NODE);
        checkSpace();
        return this;
    }

    /** A property without a value. */
    public FdtBuilder empty(Name name) {
        return bytes(name, Bytes.EMPTY);
    }

    /** A property of 32-bit cells. */
    public FdtBuilder u32(Name name, long... values) {
        ByteWriter value = new ByteWriter(ByteOrder.BIG_ENDIAN);
        for (long cell : values) {
            value.u32(cell);
        }
        return bytes(name, value.toBytes());
    }

    /** A property of 64-bit values, two cells each. */
    public FdtBuilder u64(Name name, long... values) {
        ByteWriter value = new ByteWriter(ByteOrder.BIG_ENDIAN);
        for (long element : values) {
            value.u64(element);
        }
        return bytes(name, value.toBytes());
    }

    /** A property of one string. */
    public FdtBuilder string(Name name, String value) {
        return bytes(name, text(value));
    }

    /** A property of several strings, each with its NUL. */
    public FdtBuilder strings(Name name, List<String> values) {
        ByteWriter value = new ByteWriter(ByteOrder.BIG_ENDIAN);
        values.forEach(v -> value.bytes(text(v)));
        return bytes(name, value.toBytes());
    }

    /** A property of raw bytes. */
    public FdtBuilder bytes(Name name, Bytes value) {
        if (openHasChildren.isEmpty() || openHasChildren.get(openHasChildren.size() - 1)) {
            throw new IllegalStateException("property " + name.text + " must come before the children of its node");
        }
        structure.u32(Fdt.PROP).u32(value.size()).u32(name.offset).bytes(value).alignTo(4);
        checkSpace();
        return this;
    }

    /**
     * Ends the tree.
     *
     * @param bootCpuidPhys hardware id of the boot processor, 32 bits
     * @return exactly the blob, total size of the header
     * @throws FdtBuildException if the tree does not fit the capacity
     */
    public Bytes build(long bootCpuidPhys) {
        if (!rootDone) {
            throw new IllegalStateException("the root node is not complete");
        }
        ByteWriter blob = new ByteWriter(ByteOrder.BIG_ENDIAN);
        int structureSize = structure.size() + Integer.BYTES;
        int structureOffset = stringsOffset + STRINGS_CAPACITY;
        int totalSize = Math.addExact(structureOffset, structureSize);
        checkSpace(totalSize);
        FdtHeader header = new FdtHeader(
                Fdt.MAGIC,
                totalSize,
                structureOffset,
                stringsOffset,
                Fdt.HEADER_BYTES,
                Fdt.VERSION,
                Fdt.COMPATIBLE_VERSION,
                bootCpuidPhys,
                strings.size(),
                structureSize);
        blob.bytes(header.toBytes());
        reservations.forEach(range -> blob.u64(range.start()).u64(range.size()));
        blob.zeros(Fdt.RESERVATION_BYTES);
        blob.bytes(strings.toBytes()).zeros(STRINGS_CAPACITY - strings.size());
        blob.bytes(structure.toBytes()).u32(Fdt.END);
        return blob.toBytes();
    }

    private static Bytes text(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new FdtBuildException("text \"" + text.replace("\0", "\\0") + "\" contains a NUL");
        }
        return Bytes.utf8(text + '\0');
    }

    private void checkSpace() {
        checkSpace((long) stringsOffset + STRINGS_CAPACITY + structure.size());
    }

    private void checkSpace(long needed) {
        if (needed > capacityBytes) {
            throw new FdtBuildException(
                    String.format("device tree needs more than the 0x%x bytes of its buffer", capacityBytes));
        }
    }
}
