package dev.igvmtool.devicetree;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * Writes a flattened device tree byte for byte as dtc 1.6.1 does: header, memory reservations, structure, strings. A
 * name is put into the strings block where the tree first uses it, unless it is there already, be it as the end of a
 * longer one. ({@link FdtBuilder} writes the other order, that of openvmm.)
 */
public final class FdtWriter {
    private static final int MAX_BLOB_BYTES = 256 << 20;

    private final ByteWriter structure = new ByteWriter(ByteOrder.BIG_ENDIAN);
    private final StringsBlock strings;

    private final Version version;

    private FdtWriter(Version version, StringsBlock strings) {
        this.version = version;
        this.strings = strings;
    }

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

    /**
     * A version of the format.
     *
     * @param number of the version
     * @param compatible oldest version whose readers can read it
     * @param headerBytes size of its header
     * @param old true if nodes are called by their paths, have their names as a property, and larger values are aligned
     */
    private record Version(int number, int compatible, int headerBytes, boolean old) {
        static final List<Version> ALL = List.of(
                new Version(1, 1, 28, true),
                new Version(2, 1, 32, true),
                new Version(3, 1, 36, true),
                new Version(16, 16, 36, false),
                new Version(Fdt.VERSION, Fdt.COMPATIBLE_VERSION, Fdt.HEADER_BYTES, false));

        /** Where the reservation block is: at a multiple of 8. */
        int headerSpace() {
            return headerBytes + 7 & ~7;
        }
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
        return write(tree, space, Fdt.VERSION);
    }

    /**
     * The blob of {@code tree} in one of the versions 1, 2, 3, 16 and 17 of the format.
     *
     * @throws FormatException if there is no such version, or the blob would be larger than 256 MiB
     */
    public static Bytes write(Fdt tree, Space space, int version) {
        Version wanted = Version.ALL.stream()
                .filter(candidate -> candidate.number == version)
                .findFirst()
                .orElseThrow(() ->
                        new FormatException("version of the format is " + version + ", expected 1, 2, 3, 16 or 17"));
        FdtWriter writer = new FdtWriter(wanted, new StringsBlock());
        writer.structure(tree.root());
        return writer.blob(tree, space);
    }

    /** The blob of {@code tree} with names from {@code strings}; those that are not there yet are added. */
    public static Bytes write(Fdt tree, StringsBlock strings) {
        FdtWriter writer = new FdtWriter(Version.ALL.get(Version.ALL.size() - 1), strings);
        writer.structure(tree.root());
        return writer.blob(tree, Space.NONE);
    }

    /** A node whose children are being written; {@code path} is empty for the root. */
    private record Level(Iterator<Node> children, String path) {}

    private void structure(Node root) {
        Deque<Level> open = new ArrayDeque<>();
        begin(root, "", open);
        while (!open.isEmpty()) {
            Level level = open.element();
            if (level.children.hasNext()) {
                Node child = level.children.next();
                begin(child, version.old ? level.path + "/" + child.name() : "", open);
            } else {
                structure.u32(Fdt.END_NODE);
                open.pop();
            }
        }
        structure.u32(Fdt.END);
    }

    private void begin(Node node, String path, Deque<Level> open) {
        String shown = version.old && path.isEmpty() ? "/" : version.old ? path : node.name();
        structure.u32(Fdt.BEGIN_NODE).bytes(Bytes.utf8(shown + '\0')).alignTo(4);
        for (Property property : node.properties()) {
            property(property.name(), property.value());
        }
        if (version.old && node.find("name").isEmpty()) {
            property("name", Bytes.utf8(node.name().split("@", 2)[0] + '\0'));
        }
        checkSize(structure.size());
        open.push(new Level(node.children().iterator(), path));
    }

    private void property(String name, Bytes value) {
        structure.u32(Fdt.PROP).u32(value.size()).u32(strings.offsetOf(name));
        if (version.old && value.size() >= Long.BYTES) {
            structure.alignTo(Long.BYTES);
        }
        structure.bytes(value).alignTo(4);
        checkSize(structure.size());
        checkSize(strings.size());
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
        long structureOffset = version.headerSpace() + reservationsSize;
        long stringsOffset = structureOffset + structure.size();
        long used = stringsOffset + strings.size();
        long totalSize = withSpace(used, space);
        checkSize(totalSize);
        ByteWriter blob = new ByteWriter(ByteOrder.BIG_ENDIAN);
        FdtHeader header = new FdtHeader(
                Fdt.MAGIC,
                totalSize,
                structureOffset,
                stringsOffset,
                version.headerSpace(),
                version.number,
                version.compatible,
                tree.bootCpuidPhys(),
                strings.size(),
                structure.size());
        blob.bytes(header.toBytes().slice(0, version.headerBytes)).alignTo(Long.BYTES);
        tree.reservations().forEach(entry -> blob.u64(entry.address()).u64(entry.sizeBytes()));
        blob.zeros(Fdt.RESERVATION_BYTES * (space.reserveEntries() + 1));
        blob.bytes(structure.toBytes());
        blob.bytes(strings.toBytes());
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
