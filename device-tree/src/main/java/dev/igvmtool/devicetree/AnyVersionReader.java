package dev.igvmtool.devicetree;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * One reading of a blob of any version, as dtc 1.6.1 reads it (flattree.c: dt_from_blob); see
 * {@link Fdt#parseAnyVersion}. Before version 16, names of nodes are full paths, the name is a property as well, and
 * values of 8 bytes and more are aligned to 8. Offsets count from the start of their block.
 */
final class AnyVersionReader {
    private static final int FIRST_HEADER_BYTES = 28;
    private static final int STRINGS_SIZE_SINCE = 3;
    private static final int SHORT_NAMES_SINCE = 16;
    private static final int STRUCTURE_SIZE_SINCE = 17;

    /** Nodes and properties; each takes some hundred bytes of memory, and as little as twelve of the blob. */
    private static final int MOST_PARTS = 500_000;

    private final FdtHeader header;
    private final boolean old;
    private final Bytes blob;

    /** A node whose END_NODE has not been seen; {@code path} is what stands in the blob. */
    private record OpenNode(String name, String path, List<Property> properties, List<Node> children) {
        OpenNode(String name, String path) {
            this(name, path, new ArrayList<>(), new ArrayList<>());
        }
    }

    AnyVersionReader(Bytes buffer) {
        if (buffer.size() < FIRST_HEADER_BYTES) {
            throw new FormatException("blob of " + buffer.size() + " bytes is too short for a header");
        }
        // Old headers end earlier: what follows in the blob is taken for the fields that they do not have.
        this.header = FdtHeader.read(buffer.size() < Fdt.HEADER_BYTES ? buffer.paddedTo(Fdt.HEADER_BYTES) : buffer);
        if (header.magic() != Fdt.MAGIC) {
            throw new FormatException(String.format("magic is 0x%08x, expected 0x%08x", header.magic(), Fdt.MAGIC));
        }
        if (header.totalsize() < FIRST_HEADER_BYTES || header.totalsize() > buffer.size()) {
            throw new FormatException(String.format(
                    "total size is 0x%x, expected 0x%x to the 0x%x bytes that are there",
                    header.totalsize(), FIRST_HEADER_BYTES, buffer.size()));
        }
        this.blob = buffer.slice(0, (int) header.totalsize());
        this.old = header.version() < SHORT_NAMES_SINCE;
    }

    Fdt read() {
        inside("memory reservation block", header.offMemRsvmap(), 1);
        inside("structure block", header.offDtStruct(), 1);
        Bytes strings = strings();
        if (header.version() >= STRUCTURE_SIZE_SINCE) {
            inside("structure block", header.offDtStruct(), header.sizeDtStruct());
        }
        List<Fdt.Reservation> reservations = reservations((int) header.offMemRsvmap());
        ByteReader structure = new ByteReader(blob.from((int) header.offDtStruct()), ByteOrder.BIG_ENDIAN);
        // Whether or not its version has the field: dtc keeps what stands there.
        return new Fdt(blob.size(), header.bootCpuidPhys(), reservations, root(structure, strings));
    }

    /** The strings block. */
    Bytes strings() {
        long offset = header.offDtStrings();
        long size = header.version() >= STRINGS_SIZE_SINCE ? header.sizeDtStrings() : Math.max(blob.size() - offset, 0);
        inside("strings block", offset, size);
        return blob.slice((int) offset, (int) size);
    }

    private void inside(String what, long offset, long size) {
        if (offset + size > blob.size()) {
            throw new FormatException(String.format(
                    "%s of 0x%x bytes at 0x%x reaches past the end of the blob at 0x%x",
                    what, size, offset, blob.size()));
        }
    }

    /** Up to an entry of size 0. */
    private List<Fdt.Reservation> reservations(int offset) {
        ByteReader reader = new ByteReader(blob.from(offset), ByteOrder.BIG_ENDIAN);
        List<Fdt.Reservation> result = new ArrayList<>();
        while (reader.remaining() >= Fdt.RESERVATION_BYTES) {
            Fdt.Reservation entry = new Fdt.Reservation(reader.u64(), reader.u64());
            if (entry.sizeBytes() == 0) {
                return result;
            }
            result.add(entry);
        }
        throw new FormatException("memory reservation block has no terminating zero entry");
    }

    private Node root(ByteReader reader, Bytes strings) {
        Deque<OpenNode> open = new ArrayDeque<>();
        int parts = 0;
        if (token(reader) != Fdt.BEGIN_NODE) {
            throw new FormatException("structure block does not begin with BEGIN_NODE");
        }
        open.push(node(reader, ""));
        while (true) {
            int at = reader.position();
            OpenNode node = open.element();
            int token = token(reader);
            try {
                if (token != Fdt.NOP && ++parts > MOST_PARTS) {
                    throw new FormatException("more than " + MOST_PARTS + " nodes and properties");
                }
                switch (token) {
                    case Fdt.NOP -> {}
                    case Fdt.BEGIN_NODE -> open.push(node(reader, node.path));
                    case Fdt.PROP -> node.properties.add(property(reader, strings));
                    case Fdt.END_NODE -> {
                        open.pop();
                        Node done = new Node(node.name, node.properties, node.children);
                        if (open.isEmpty()) {
                            end(reader);
                            return done;
                        }
                        open.element().children.add(done);
                    }
                    case Fdt.END -> throw new FormatException("END token inside node \"" + node.name + "\"");
                    default -> throw new FormatException(String.format("token 0x%x is unknown", token));
                }
            } catch (FormatException e) {
                throw e.in(String.format("structure block offset 0x%x", at));
            }
        }
    }

    private static void end(ByteReader reader) {
        int token = token(reader);
        if (token != Fdt.END) {
            throw new FormatException(String.format("token 0x%x after the root node, expected END", token));
        }
    }

    private static int token(ByteReader reader) {
        if (reader.remaining() < Integer.BYTES) {
            throw new FormatException("structure block has no END token");
        }
        return (int) reader.u32();
    }

    private OpenNode node(ByteReader reader, String parentPath) {
        int start = reader.position();
        Bytes rest = reader.bytes(reader.remaining());
        String text = FdtText.untilNul(rest, 0, "node name");
        int padded = Bytes.utf8(text).size() + 4 & ~3;
        if (padded > rest.size()) {
            throw new FormatException("node name has no room for its padding");
        }
        reader.seek(start + padded);
        if (!old) {
            return new OpenNode(text, "");
        }
        if (!text.startsWith(parentPath)) {
            throw new FormatException("path \"" + text + "\" is not below \"" + parentPath + "\"");
        }
        int skipped = parentPath.equals("/") ? 1 : parentPath.length() + 1;
        return new OpenNode(text.substring(Math.min(skipped, text.length())), text);
    }

    private Property property(ByteReader reader, Bytes strings) {
        long length = reader.u32();
        long nameOffset = reader.u32();
        if (nameOffset >= strings.size()) {
            throw new FormatException(String.format(
                    "property name is at 0x%x, the strings block has 0x%x bytes", nameOffset, strings.size()));
        }
        String name = FdtText.untilNul(strings, (int) nameOffset, "property name");
        int skipped = old && length >= Long.BYTES ? -reader.position() & Long.BYTES - 1 : 0;
        long padded = length + 3 & ~3L;
        if (skipped + padded > reader.remaining()) {
            throw new FormatException(
                    String.format("property needs 0x%x bytes, the blob has 0x%x left", padded, reader.remaining()));
        }
        reader.skip(skipped);
        Bytes value = reader.bytes((int) length);
        reader.skip((int) (padded - length));
        return new Property(name, value);
    }
}
