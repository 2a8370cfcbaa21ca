package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.Node;
import dev.igvmtool.devicetree.Property;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Device tree source made from a blob. A blob has no types, so values are guessed as {@code dtc -I dtb -O dts} guesses
 * them: text if it could be text, else cells if the length allows, else bytes.
 */
public final class Dts {
    private static final int MAX_TEXT = 1 << 28;

    private final StringBuilder out = new StringBuilder();

    private Dts() {}

    /** A node whose children are being written. */
    private record Level(Iterator<Node> children, String indent) {}

    /**
     * The source of {@code fdt}, with a line feed at the end.
     *
     * @throws FormatException if nodes are nested deeper than source text may have them, or the text gets too long
     */
    public static String decompile(Fdt fdt) {
        Dts dts = new Dts();
        dts.out.append("/dts-v1/;\n\n");
        for (Fdt.Reservation entry : fdt.reservations()) {
            dts.out.append(String.format("/memreserve/\t0x%016x 0x%016x;\n", entry.address(), entry.sizeBytes()));
        }
        dts.tree(fdt.root());
        return dts.out.toString();
    }

    /** A value as source text, empty for none. */
    public static String valueText(Bytes value) {
        Dts dts = new Dts();
        dts.value(value);
        return dts.out.toString();
    }

    /** Keeps an explicit stack, since the nesting comes from outside. */
    private void tree(Node root) {
        Deque<Level> open = new ArrayDeque<>();
        begin(root, "", open);
        while (!open.isEmpty()) {
            Level level = open.element();
            if (level.children.hasNext()) {
                out.append('\n');
                begin(level.children.next(), level.indent + "\t", open);
            } else {
                out.append(level.indent).append("};\n");
                open.pop();
            }
        }
    }

    private void begin(Node node, String indent, Deque<Level> open) {
        out.append(indent).append(node.name().isEmpty() ? "/" : node.name()).append(" {\n");
        for (Property property : node.properties()) {
            if (property.name().equals("name") && isRedundantName(node, property)) {
                continue;
            }
            out.append(indent).append('\t').append(property.name());
            if (!property.value().isEmpty()) {
                out.append(" = ");
                value(property.value());
            }
            out.append(";\n");
        }
        open.push(new Level(node.children().iterator(), indent));
        // Indentation grows with the square of the depth, which is the choice of whoever made the tree.
        if (open.size() > SourceBudget.MAX_NODE_DEPTH || out.length() > MAX_TEXT) {
            throw new FormatException(
                    open.size() > SourceBudget.MAX_NODE_DEPTH
                            ? "device tree has nodes deeper than " + SourceBudget.MAX_NODE_DEPTH + " levels"
                            : "device tree gives more than " + MAX_TEXT + " characters of source text");
        }
    }

    /** Old trees hold the name of a node once more; dtc leaves it out, reading and compiling. */
    private static boolean isRedundantName(Node node, Property property) {
        return property.value().equals(Bytes.utf8(node.name().split("@", 2)[0] + '\0'));
    }

    private void value(Bytes value) {
        if (value.isEmpty()) {
            return;
        } else if (isText(value)) {
            text(value);
        } else if (value.size() % Integer.BYTES == 0) {
            ByteBuffer cells = value.asBuffer().order(ByteOrder.BIG_ENDIAN);
            char separator = '<';
            while (cells.hasRemaining()) {
                out.append(separator).append(String.format("0x%02x", cells.getInt()));
                separator = ' ';
            }
            out.append('>');
        } else {
            char separator = '[';
            for (int i = 0; i < value.size(); i++) {
                out.append(separator).append(String.format("%02x", value.u8(i)));
                separator = ' ';
            }
            out.append(']');
        }
    }

    /** Printable characters and the escapes of C, ended by a NUL, with fewer NULs than other characters. */
    private static boolean isText(Bytes value) {
        int nuls = 0;
        for (int i = 0; i < value.size(); i++) {
            int c = value.u8(i);
            if (c == 0) {
                nuls++;
            } else if ((c < 0x20 || c > 0x7e) && (c < 7 || c > 13)) {
                return false;
            }
        }
        return value.get(value.size() - 1) == 0 && nuls <= value.size() - nuls;
    }

    private void text(Bytes value) {
        out.append('"');
        for (int i = 0; i < value.size() - 1; i++) {
            int c = value.u8(i);
            switch (c) {
                case 0 -> out.append("\\0");
                case 7 -> out.append("\\a");
                case '\b' -> out.append("\\b");
                case '\t' -> out.append("\\t");
                case '\n' -> out.append("\\n");
                case 11 -> out.append("\\v");
                case '\f' -> out.append("\\f");
                case '\r' -> out.append("\\r");
                case '\\' -> out.append("\\\\");
                case '"' -> out.append("\\\"");
                default -> out.append((char) c);
            }
        }
        out.append('"');
    }
}
