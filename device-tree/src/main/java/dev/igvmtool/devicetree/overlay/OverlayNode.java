package dev.igvmtool.devicetree.overlay;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.Node;
import dev.igvmtool.devicetree.Property;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A node that can change. */
final class OverlayNode {
    /** Nodes inside nodes; more are refused, so that walking a tree needs little stack. */
    private static final int MAX_DEPTH = 256;

    final String name;
    final List<Property> properties;
    final List<OverlayNode> children = new ArrayList<>();

    private OverlayNode(String name, List<Property> properties) {
        this.name = name;
        this.properties = new ArrayList<>(properties);
    }

    static OverlayNode of(Node node) {
        return of(node, 1);
    }

    private static OverlayNode of(Node node, int depth) {
        if (depth > MAX_DEPTH) {
            throw new FormatException("device tree has nodes deeper than " + MAX_DEPTH + " levels");
        }
        OverlayNode result = new OverlayNode(node.name(), node.properties());
        node.children().forEach(child -> result.children.add(of(child, depth + 1)));
        return result;
    }

    Node toNode() {
        return toNode(1);
    }

    private Node toNode(int depth) {
        if (depth > MAX_DEPTH) {
            throw new FormatException("overlay makes nodes deeper than " + MAX_DEPTH + " levels");
        }
        return new Node(
                name,
                properties,
                children.stream().map(child -> child.toNode(depth + 1)).toList());
    }

    Optional<Property> property(String wanted) {
        return properties.stream()
                .filter(property -> property.name().equals(wanted))
                .findFirst();
    }

    /** Replaces a property in its place; a new one comes first, as libfdt puts it. */
    void set(Property property) {
        for (int i = 0; i < properties.size(); i++) {
            if (properties.get(i).name().equals(property.name())) {
                properties.set(i, property);
                return;
            }
        }
        properties.add(0, property);
    }

    /** Changes the cell at {@code offset} of a property. */
    void setCell(String property, long offset, long value) {
        Property old = property(property)
                .orElseThrow(() -> new FormatException("fix-up of property " + property + ", which is not there"));
        byte[] content = old.value().toByteArray();
        if (offset < 0 || offset > content.length - Integer.BYTES) {
            throw new FormatException(String.format(
                    "fix-up at offset 0x%x of property %s, which has 0x%x bytes", offset, property, content.length));
        }
        ByteBuffer.wrap(content).putInt((int) offset, (int) value);
        set(new Property(property, Bytes.wrap(content)));
    }

    /** The child of this name; a name without unit address stands for the first node of that base name. */
    Optional<OverlayNode> child(String wanted) {
        Optional<OverlayNode> exact =
                children.stream().filter(child -> child.name.equals(wanted)).findFirst();
        if (exact.isPresent() || wanted.contains("@")) {
            return exact;
        }
        return children.stream()
                .filter(child -> child.name.startsWith(wanted + "@"))
                .findFirst();
    }

    /** The child of this name; a new one comes first, as libfdt puts it. */
    OverlayNode childOrNew(String wanted) {
        return child(wanted).orElseGet(() -> {
            OverlayNode child = new OverlayNode(wanted, List.of());
            children.add(0, child);
            return child;
        });
    }

    /** The node at {@code path} from here. */
    Optional<OverlayNode> find(String path) {
        OverlayNode node = this;
        for (String part : path.split("/", -1)) {
            if (!part.isEmpty()) {
                Optional<OverlayNode> child = node.child(part);
                if (child.isEmpty()) {
                    return child;
                }
                node = child.orElseThrow();
            }
        }
        return Optional.of(node);
    }
}
