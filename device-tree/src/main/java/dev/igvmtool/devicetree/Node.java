package dev.igvmtool.devicetree;

import dev.igvmtool.abi.binary.FormatException;
import java.util.List;
import java.util.Optional;

/**
 * One node of a device tree.
 *
 * @param name with its unit address, {@code memory@8000000}; empty for the root
 * @param properties in tree order
 * @param children in tree order
 */
public record Node(String name, List<Property> properties, List<Node> children) {
    public Node {
        properties = List.copyOf(properties);
        children = List.copyOf(children);
    }

    /** The first property called {@code property}. */
    public Optional<Property> find(String property) {
        for (Property candidate : properties) {
            if (candidate.name().equals(property)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /**
     * The first property called {@code property}.
     *
     * @throws FormatException if there is none
     */
    public Property require(String property) {
        return find(property)
                .orElseThrow(() ->
                        new FormatException("node " + (name.isEmpty() ? "/" : name) + " has no property " + property));
    }

    /** The first child called {@code child}, unit address included. */
    public Optional<Node> child(String child) {
        return children.stream().filter(c -> c.name.equals(child)).findFirst();
    }

    /** The children called {@code base@...}, whatever the unit address, in tree order. */
    public List<Node> childrenOf(String base) {
        return children.stream().filter(c -> c.name.startsWith(base + "@")).toList();
    }

    /** Name and counts: a whole tree is {@code Dts} text. */
    @Override
    public String toString() {
        return String.format("Node[%s, %d properties, %d children]", name, properties.size(), children.size());
    }
}
