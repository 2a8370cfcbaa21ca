package dev.igvmtool.devicetree.compare;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.Fdt;
import java.util.List;
import java.util.Optional;

/**
 * One difference of meaning between two trees. The order of nodes and properties, and the layout of the blob, mean
 * nothing.
 *
 * @param kind what it is
 * @param path of the node, {@code /} for the root; empty for a difference outside the nodes
 * @param property that differs; absent for a whole node
 * @param before in the first tree, as source text; absent if it is not there, and for nodes
 * @param after in the second tree
 */
public record TreeDifference(
        Kind kind, String path, Optional<String> property, Optional<String> before, Optional<String> after) {
    /** Kinds of differences. */
    public enum Kind {
        NODE_REMOVED,
        NODE_ADDED,
        PROPERTY_REMOVED,
        PROPERTY_ADDED,
        PROPERTY_CHANGED,
        HEADER_CHANGED
    }

    /**
     * All differences: of the header, then of each node, before those below it.
     *
     * @throws FormatException if nodes are nested deeper than 256 levels
     */
    public static List<TreeDifference> between(Fdt first, Fdt second) {
        return new TreeComparison().compare(first, second);
    }

    /** One line: {@code + /path: property = value}. */
    public String line() {
        String where = path.isEmpty() ? "" : path;
        String what = property.map(name -> (where.isEmpty() ? "" : where + ": ") + name)
                .orElse(where);
        return switch (kind) {
            case NODE_REMOVED, PROPERTY_REMOVED -> "- " + what + valueText(before);
            case NODE_ADDED, PROPERTY_ADDED -> "+ " + what + valueText(after);
            case PROPERTY_CHANGED, HEADER_CHANGED ->
                "! " + what + " = " + before.orElse("") + " -> " + after.orElse("");
        };
    }

    private static String valueText(Optional<String> value) {
        return value.filter(text -> !text.isEmpty()).map(text -> " = " + text).orElse("");
    }
}
