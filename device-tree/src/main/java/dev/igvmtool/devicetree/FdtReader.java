package dev.igvmtool.devicetree;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One reading of a blob; see {@link Fdt#parse}. Keeps an explicit stack, since the nesting is the writer's choice. */
final class FdtReader {
    private final Bytes buffer;
    private final Map<Long, String> names = new HashMap<>();

    /** A node whose END_NODE has not been seen. */
    private record OpenNode(String name, List<Property> properties, List<Node> children) {
        OpenNode(String name) {
            this(name, new ArrayList<>(), new ArrayList<>());
        }
    }

    FdtReader(Bytes buffer) {
        this.buffer = buffer;
    }

    Fdt read() {
        if (buffer.size() < Fdt.HEADER_BYTES) {
            throw new FormatException(
                    String.format("header needs 0x%x bytes, the buffer has 0x%x", Fdt.HEADER_BYTES, buffer.size()));
        }
        FdtHeader header = FdtHeader.read(buffer);
        if (header.magic() != Fdt.MAGIC) {
            throw new FormatException(String.format("magic is 0x%08x, expected 0x%08x", header.magic(), Fdt.MAGIC));
        }
        if (header.totalsize() > buffer.size()) {
            throw new FormatException(
                    String.format("total size is 0x%x, the buffer has 0x%x bytes", header.totalsize(), buffer.size()));
        }
        if (header.version() < Fdt.VERSION || header.lastCompVersion() > Fdt.COMPATIBLE_VERSION) {
            throw new FormatException(String.format(
                    "version is %d, compatible down to %d; expected at least %d, compatible down to %d",
                    header.version(), header.lastCompVersion(), Fdt.VERSION, Fdt.COMPATIBLE_VERSION));
        }
        List<Fdt.Reservation> reservations = reservations(header.offMemRsvmap());
        if (header.offDtStruct() % 4 != 0) {
            throw new FormatException(
                    String.format("structure block is at 0x%x, expected a multiple of 4", header.offDtStruct()));
        }
        Bytes structure = block("structure block", header.offDtStruct(), header.sizeDtStruct());
        Bytes strings = block("strings block", header.offDtStrings(), header.sizeDtStrings());
        return new Fdt((int) header.totalsize(), header.bootCpuidPhys(), reservations, root(structure, strings));
    }

    private Bytes block(String what, long offset, long size) {
        if (offset + size > buffer.size()) {
            throw new FormatException(String.format(
                    "%s of 0x%x bytes at 0x%x reaches past the end of the buffer at 0x%x",
                    what, size, offset, buffer.size()));
        }
        return buffer.slice((int) offset, (int) size);
    }

    private List<Fdt.Reservation> reservations(long offset) {
        if (offset > buffer.size()) {
            throw new FormatException(String.format(
                    "memory reservation block at 0x%x lies past the end of the buffer at 0x%x", offset, buffer.size()));
        }
        ByteReader reader = new ByteReader(buffer.from((int) offset), ByteOrder.BIG_ENDIAN);
        List<Fdt.Reservation> result = new ArrayList<>();
        while (reader.remaining() >= Fdt.RESERVATION_BYTES) {
            Fdt.Reservation entry = new Fdt.Reservation(reader.u64(), reader.u64());
            if (entry.address() == 0 && entry.sizeBytes() == 0) {
                return result;
            }
            result.add(entry);
        }
        throw new FormatException("memory reservation block has no terminating zero entry");
    }

    private Node root(Bytes structure, Bytes strings) {
        int endOffset = structure.size() - 4;
        if (endOffset < 0 || lastToken(structure) != Fdt.END) {
            throw new FormatException("structure block does not end with the END token");
        }
        ByteReader reader = new ByteReader(structure.slice(0, endOffset), ByteOrder.BIG_ENDIAN);
        Deque<OpenNode> open = new ArrayDeque<>();
        Node root = null;
        while (reader.remaining() > 0) {
            int at = reader.position();
            try {
                int token = (int) reader.u32();
                switch (token) {
                    case Fdt.NOP -> {}
                    case Fdt.BEGIN_NODE -> {
                        if (open.isEmpty() && root != null) {
                            throw new FormatException("a second root node");
                        }
                        open.push(new OpenNode(nodeName(reader)));
                    }
                    case Fdt.PROP -> property(reader, open, strings);
                    case Fdt.END_NODE -> root = endNode(open, root);
                    case Fdt.END -> throw new FormatException("END token before the end of the block");
                    default -> throw new FormatException(String.format("token 0x%x is unknown", token));
                }
            } catch (FormatException e) {
                throw e.in(String.format("structure block offset 0x%x", at));
            }
        }
        if (!open.isEmpty()) {
            throw new FormatException("structure block ends inside node \"" + open.peek().name + "\"");
        }
        if (root == null) {
            throw new FormatException("structure block has no root node");
        }
        return root;
    }

    /** Closes the innermost node; the root, once that is the one. */
    private static @Nullable Node endNode(Deque<OpenNode> open, @Nullable Node root) {
        if (open.isEmpty()) {
            throw new FormatException("END_NODE without a node");
        }
        OpenNode done = open.pop();
        Node node = new Node(done.name, done.properties, done.children);
        OpenNode parent = open.peek();
        if (parent == null) {
            return node;
        }
        parent.children.add(node);
        return root;
    }

    private static long lastToken(Bytes structure) {
        ByteReader reader = new ByteReader(structure, ByteOrder.BIG_ENDIAN);
        reader.seek(structure.size() - 4);
        return reader.u32();
    }

    private static String nodeName(ByteReader reader) {
        int start = reader.position();
        Bytes rest = reader.bytes(reader.remaining());
        String name = FdtText.untilNul(rest, 0, "node name");
        int padded = Bytes.utf8(name).size() + 4 & ~3;
        if (padded > rest.size()) {
            throw new FormatException("node name has no room for its padding");
        }
        reader.seek(start + padded);
        return name;
    }

    private void property(ByteReader reader, Deque<OpenNode> open, Bytes strings) {
        OpenNode node = open.peek();
        if (node == null) {
            throw new FormatException("a property outside the root node");
        }
        if (!node.children.isEmpty()) {
            throw new FormatException("a property of node \"" + node.name + "\" after its children");
        }
        long length = reader.u32();
        long nameOffset = reader.u32();
        long padded = length + 3 & ~3L;
        if (padded > reader.remaining()) {
            throw new FormatException(
                    String.format("property needs 0x%x bytes, the block has 0x%x left", padded, reader.remaining()));
        }
        Bytes value = reader.bytes((int) length);
        reader.skip((int) (padded - length));
        node.properties.add(new Property(propertyName(strings, nameOffset), value));
    }

    private String propertyName(Bytes strings, long offset) {
        String known = names.get(offset);
        if (known == null) {
            if (offset > strings.size()) {
                throw new FormatException(String.format(
                        "property name is at 0x%x, the strings block has 0x%x bytes", offset, strings.size()));
            }
            known = FdtText.untilNul(strings, (int) offset, "property name");
            names.put(offset, known);
        }
        return known;
    }
}
