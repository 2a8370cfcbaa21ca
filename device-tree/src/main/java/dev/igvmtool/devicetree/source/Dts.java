package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.live.LiveNode;
import dev.igvmtool.devicetree.live.LiveProperty;
import dev.igvmtool.devicetree.live.LiveTree;
import dev.igvmtool.devicetree.live.LiveValue;

/**
 * Device tree source made of a tree, as dtc 1.6.1 writes it. A tree made of a blob has no types and no labels, so
 * values are guessed: text if it could be text, else cells if the length allows, else bytes.
 */
public final class Dts {
    private static final int MAX_TEXT = 1 << 28;

    private final StringBuilder out = new StringBuilder();
    private final ValueText values = new ValueText(out);

    private Dts() {}

    /**
     * The source of {@code fdt}, with a line feed at the end.
     *
     * @throws FormatException if nodes are nested deeper than source text may have them, or the text gets too long
     */
    public static String decompile(Fdt fdt) {
        return text(LiveTree.of(fdt));
    }

    /**
     * The source of {@code tree}, with a line feed at the end.
     *
     * @throws FormatException if the text gets too long
     */
    public static String text(LiveTree tree) {
        Dts dts = new Dts();
        dts.out.append("/dts-v1/;\n\n");
        for (LiveTree.Reservation entry : tree.reservations()) {
            dts.labels(entry.labels().names());
            dts.out.append(String.format(
                    "/memreserve/\t0x%016x 0x%016x;\n",
                    entry.range().address(), entry.range().sizeBytes()));
        }
        dts.node(tree.root(), "");
        return dts.out.toString();
    }

    /** A value as source text, empty for none. */
    public static String valueText(Bytes value) {
        StringBuilder text = new StringBuilder();
        new ValueText(text).write(LiveValue.of(value));
        return text.toString().stripLeading();
    }

    private void labels(Iterable<String> labels) {
        labels.forEach(label -> out.append(label).append(": "));
    }

    private void node(LiveNode node, String indent) {
        out.append(indent);
        labels(node.labels().names());
        out.append(node.name().isEmpty() ? "/" : node.name()).append(" {\n");
        for (LiveProperty property : node.properties()) {
            out.append(indent).append('\t');
            labels(property.labels().names());
            out.append(property.name());
            if (property.value().size() > 0) {
                out.append(" =");
                values.write(property.value());
            }
            out.append(";\n");
        }
        // Indentation grows with the square of the depth, which is the choice of whoever made the tree.
        if (out.length() > MAX_TEXT) {
            throw new FormatException("device tree gives more than " + MAX_TEXT + " characters of source text");
        }
        for (LiveNode child : node.children()) {
            out.append('\n');
            node(child, indent + "\t");
        }
        out.append(indent).append("};\n");
    }
}
