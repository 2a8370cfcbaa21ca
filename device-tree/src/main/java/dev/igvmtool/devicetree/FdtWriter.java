package dev.igvmtool.devicetree;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * Writes a flattened device tree byte for byte as dtc 1.6.1 does: header, memory reservations, structure, strings. A
 * name is put into the strings block where the tree first uses it, unless it is there already, be it as the end of a
 * longer one. ({@link FdtBuilder} writes the other order, that of openvmm.)
 */
public final class FdtWriter {
    private static final int MAX_BLOB_BYTES = 256 << 20;

    private final ByteWriter structure = new ByteWriter(ByteOrder.BIG_ENDIAN);
    private final Map<String, Integer> names = new HashMap<>();
    private final Map<Long, Integer> endings = new HashMap<>();
    private byte[] strings = new byte[256];
    private int stringsSize;

    private FdtWriter() {}

    /**
     * What stands in a blob besides the tree; dtc's options.
     *
     * @param reserveEntries empty entries of the reservation block for whoever loads the tree ({@code -R})
     * @param minimumBytes smallest size of the blob, filled up with zeroes ({@code -S})
     * @param padBytes zeroes after the blob ({@code -p}), instead of a smallest size
     * @param alignBytes of the size of the blob, 0 for none ({@code -a})
     */
    public record Space(int reserveEntries, int minimumBytes, int padBytes, int alignBytes) {
        /** No more than the tree needs. */
        public static final Space NONE = new Space(0, 0, 0, 0);
    }

    /** The blob of {@code tree}; its total size is found, not taken from the record. */
    public static Bytes write(Fdt tree) {
        return write(tree, Space.NONE);
    }

    /**
     * The blob of {@code tree} with space for changes.
     *
     * @throws FormatException if it would be larger than 256 MiB
     */
    public static Bytes write(Fdt tree, Space space) {
        FdtWriter writer = new FdtWriter();
        writer.structure(tree.root());
        return writer.blob(tree, space);
    }

    private void structure(Node root) {
        Deque<Iterator<Node>> open = new ArrayDeque<>();
        begin(root, open);
        while (!open.isEmpty()) {
            if (open.element().hasNext()) {
                begin(open.element().next(), open);
            } else {
                structure.u32(Fdt.END_NODE);
                open.pop();
            }
        }
        structure.u32(Fdt.END);
    }

    private void begin(Node node, Deque<Iterator<Node>> open) {
        structure.u32(Fdt.BEGIN_NODE).bytes(Bytes.utf8(node.name() + '\0')).alignTo(4);
        for (Property property : node.properties()) {
            structure.u32(Fdt.PROP).u32(property.value().size()).u32(nameOffset(property.name()));
            structure.bytes(property.value()).alignTo(4);
            checkSize(structure.size());
        }
        open.push(node.children().iterator());
    }

    private int nameOffset(String name) {
        Integer known = names.get(name);
        if (known == null) {
            known = findOrAdd((name + '\0').getBytes(StandardCharsets.UTF_8));
            names.put(name, known);
        }
        return known;
    }

    private int findOrAdd(byte[] name) {
        Integer found = endings.get(hash(name, 0, name.length));
        if (found != null && isAt(name, found)) {
            return found;
        }
        int offset = stringsSize;
        if (offset + name.length > strings.length) {
            strings = Arrays.copyOf(strings, Math.max(strings.length * 2, offset + name.length));
        }
        System.arraycopy(name, 0, strings, offset, name.length);
        stringsSize += name.length;
        checkSize(stringsSize);
        long hash = 0;
        for (int at = name.length - 1; at >= 0; at--) {
            hash = step(hash, name[at]);
            endings.putIfAbsent(hash, offset + at);
        }
        return offset;
    }

    private boolean isAt(byte[] name, int offset) {
        return offset + name.length <= stringsSize
                && Arrays.equals(strings, offset, offset + name.length, name, 0, name.length);
    }

    private static long hash(byte[] bytes, int from, int to) {
        long hash = 0;
        for (int at = to - 1; at >= from; at--) {
            hash = step(hash, bytes[at]);
        }
        return hash;
    }

    /** From the end of a text to its start, so that one pass gives the hash of every ending. */
    private static long step(long hash, byte next) {
        return (hash + next + 1) * 0x9e37_79b9_7f4a_7c15L;
    }

    private static void checkSize(long size) {
        if (size > MAX_BLOB_BYTES) {
            throw new FormatException(
                    String.format("device tree is larger than 0x%x bytes, expected at most that", MAX_BLOB_BYTES));
        }
    }

    private Bytes blob(Fdt tree, Space space) {
        long reservationsSize =
                (long) Fdt.RESERVATION_BYTES * (tree.reservations().size() + space.reserveEntries() + 1L);
        long structureOffset = Fdt.HEADER_BYTES + reservationsSize;
        long stringsOffset = structureOffset + structure.size();
        long used = stringsOffset + stringsSize;
        long totalSize = withSpace(used, space);
        checkSize(totalSize);
        ByteWriter blob = new ByteWriter(ByteOrder.BIG_ENDIAN);
        blob.u32(Fdt.MAGIC)
                .u32(totalSize)
                .u32(structureOffset)
                .u32(stringsOffset)
                .u32(Fdt.HEADER_BYTES);
        blob.u32(Fdt.VERSION).u32(Fdt.COMPATIBLE_VERSION).u32(tree.bootCpuidPhys());
        blob.u32(stringsSize).u32(structure.size());
        tree.reservations().forEach(entry -> blob.u64(entry.address()).u64(entry.sizeBytes()));
        blob.zeros(Fdt.RESERVATION_BYTES * (space.reserveEntries() + 1));
        blob.bytes(structure.toBytes());
        blob.bytes(Bytes.wrap(Arrays.copyOf(strings, stringsSize)));
        return blob.zeros((int) (totalSize - used)).toBytes();
    }

    private static long withSpace(long used, Space space) {
        long size = Math.max(used, space.minimumBytes());
        if (space.padBytes() > 0) {
            size = used + space.padBytes();
        }
        int unit = Math.max(space.alignBytes(), 1);
        return (size + unit - 1) / unit * unit;
    }
}
