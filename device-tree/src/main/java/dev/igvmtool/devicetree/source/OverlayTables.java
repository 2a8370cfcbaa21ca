package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.devicetree.source.SourceValue.Marker;
import dev.igvmtool.devicetree.source.SourceValue.MarkerKind;
import java.util.List;
import java.util.Optional;

/**
 * The nodes that let trees be put together later: {@code __symbols__} (paths by label), {@code __fixups__} (places that
 * refer to labels of another tree) and {@code __local_fixups__} (places that hold phandles of this one).
 */
final class OverlayTables {
    private final SourceTree tree;
    private final SourceBudget budget;
    private final References references;

    OverlayTables(SourceTree tree, References references, SourceBudget budget) {
        this.tree = tree;
        this.budget = budget;
        this.references = references;
    }

    /** Adds a property for each label, in the order of the nodes, and gives each labelled node a phandle. */
    void addSymbols() {
        List<SourceNode> nodes = tree.nodesNow();
        if (nodes.stream().noneMatch(node -> node.labels.used())) {
            return;
        }
        SourceNode symbols = child(tree.root, "__symbols__");
        for (SourceNode node : nodes) {
            String path = node.labels.used() ? node.path() : "";
            for (String label : node.labels.names()) {
                budget.value(path.length() + 1L, node.place);
                if (symbols.property(label).isEmpty()) {
                    property(symbols, label).text(Bytes.utf8(path));
                }
            }
            if (node.labels.used()) {
                references.phandle(node);
            }
        }
    }

    /** Adds both tables of fix-ups, each if it has something to say. */
    void addFixups() {
        List<SourceNode> nodes = tree.nodesNow();
        for (boolean local : new boolean[] {false, true}) {
            for (SourceNode node : nodes) {
                for (SourceProperty property : List.copyOf(node.properties)) {
                    if (!property.deleted) {
                        fixups(node, property, local);
                    }
                }
            }
        }
    }

    private void fixups(SourceNode node, SourceProperty property, boolean local) {
        SourceValue offsets = null;
        for (Marker marker : property.value.markers()) {
            if (marker.kind() == MarkerKind.PHANDLE) {
                Optional<SourceNode> target = tree.find(marker.name());
                if (target.isPresent() && local) {
                    if (offsets == null) {
                        SourceNode table = child(tree.root, "__local_fixups__");
                        offsets = property(localNode(table, path(node, marker)), property.name);
                    }
                    offsets.integer(marker.offset(), Integer.SIZE);
                } else if (target.isEmpty() && !local) {
                    fixup(path(node, marker), property, marker);
                }
            }
        }
    }

    /** Paths are as long as the source makes them, and written as often as it refers to something. */
    private String path(SourceNode node, Marker marker) {
        String path = node.path();
        budget.value(path.length() + 1L, marker.place());
        return path;
    }

    private void fixup(String path, SourceProperty property, Marker marker) {
        if (marker.name().contains("/")) {
            throw marker.place()
                    .error("reference to path \"" + marker.name()
                            + "\", which is not in the tree; an overlay can refer to labels of another tree only");
        }
        SourceNode table = child(tree.root, "__fixups__");
        property(table, marker.name()).text(Bytes.utf8(path + ":" + property.name + ":" + marker.offset()));
    }

    /** The node of the table that stands for the one at {@code path}, with all above it. */
    private static SourceNode localNode(SourceNode table, String path) {
        SourceNode at = table;
        for (String name : path.split("/", -1)) {
            at = name.isEmpty() ? at : child(at, name);
        }
        return at;
    }

    private static SourceNode child(SourceNode parent, String name) {
        return parent.child(name).orElseGet(() -> {
            SourceNode child = new SourceNode(name, parent.place);
            parent.add(child);
            return child;
        });
    }

    private static SourceValue property(SourceNode node, String name) {
        return node.property(name)
                .orElseGet(() -> {
                    SourceProperty property = new SourceProperty(name, node.place);
                    node.add(property);
                    return property;
                })
                .value;
    }
}
