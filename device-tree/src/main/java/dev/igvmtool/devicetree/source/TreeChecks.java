package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What makes a tree impossible, as the checks of dtc 1.6.1 that are errors: names given twice, labels given twice, a
 * {@code name} property that is not the name, more than one unit address.
 */
final class TreeChecks {
    private final List<SourceNode> nodes;
    private final Map<String, Place> labels = new HashMap<>();

    TreeChecks(List<SourceNode> nodes) {
        this.nodes = nodes;
    }

    void check() {
        nodes.forEach(TreeChecks::names);
        nodes.forEach(TreeChecks::nameProperty);
        nodes.forEach(this::labels);
    }

    private static void names(SourceNode node) {
        Set<String> seen = new HashSet<>();
        for (SourceNode child : node.children) {
            if (!child.deleted && !seen.add(child.name)) {
                throw child.place.error("node " + child.path() + " is there twice");
            }
        }
        seen.clear();
        for (SourceProperty property : node.properties) {
            if (!property.deleted && !seen.add(property.name)) {
                throw property.place.error("property " + property.name + " of " + node.path() + " is there twice");
            }
            if (!property.deleted && property.name.contains("@")) {
                throw property.place.error("property name " + property.name + " contains '@'");
            }
        }
        if (node.name.indexOf('@') != node.name.lastIndexOf('@')) {
            throw node.place.error("node name " + node.name + " contains more than one '@'");
        }
    }

    /** The name is a property of old trees; where it is right it says nothing and is left out. */
    private static void nameProperty(SourceNode node) {
        Optional<SourceProperty> found = node.property("name");
        if (found.isPresent()) {
            SourceProperty property = found.orElseThrow();
            String base = node.name.split("@", 2)[0];
            if (!property.value.toBytes().equals(Bytes.utf8(base + '\0'))) {
                throw property.place.error("property name of " + node.path() + ", expected \"" + base + "\"");
            }
            node.remove(property);
        }
    }

    private void labels(SourceNode node) {
        node.labels.names().forEach(label -> label(label, node.place));
        for (SourceProperty property : node.properties) {
            if (!property.deleted) {
                property.labels.names().forEach(label -> label(label, property.place));
                for (SourceValue.Marker marker : property.value.markers()) {
                    if (marker.kind() == SourceValue.MarkerKind.LABEL) {
                        label(marker.name(), marker.place());
                    }
                }
            }
        }
    }

    private void label(String label, Place place) {
        Place earlier = labels.putIfAbsent(label, place);
        if (earlier != null) {
            FormatException twice = place.error("label " + label + " is there twice, first at " + earlier);
            throw twice;
        }
    }
}
