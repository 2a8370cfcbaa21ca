package dev.igvmtool.devicetree.lint;

import dev.igvmtool.devicetree.live.LiveNode;
import dev.igvmtool.devicetree.live.LiveProperty;
import dev.igvmtool.devicetree.live.LiveTree;
import dev.igvmtool.devicetree.live.LiveValue.Marker;
import dev.igvmtool.devicetree.live.LiveValue.MarkerKind;
import dev.igvmtool.devicetree.live.Messages;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where labels are. Of several places of one label, nodes come before properties, and those before values. */
final class LabelUses {
    private final Map<String, Object> first = new HashMap<>();
    private final Map<String, String> described = new HashMap<>();

    LabelUses(LiveTree tree) {
        for (LiveNode node : tree.nodes()) {
            node.labels().names().forEach(label -> add(label, node, describe(node, "")));
        }
        for (LiveNode node : tree.nodes()) {
            for (LiveProperty property : node.properties()) {
                property.labels().names().forEach(label -> add(label, property, describe(node, property.name())));
            }
        }
        for (LiveNode node : tree.nodes()) {
            for (LiveProperty property : node.properties()) {
                marks(property).forEach(mark -> add(mark.name(), mark, describe(node, property.name())));
            }
        }
    }

    private void add(String label, Object place, String description) {
        if (first.putIfAbsent(label, place) == null) {
            described.put(label, description);
        }
    }

    private static String describe(LiveNode node, String property) {
        return Messages.shown(node.path()) + (property.isEmpty() ? "" : ":" + Messages.shown(property));
    }

    private static List<Marker> marks(LiveProperty property) {
        List<Marker> marks = new ArrayList<>(0);
        for (Marker marker : property.value().markers()) {
            if (marker.kind() == MarkerKind.LABEL) {
                marks.add(marker);
            }
        }
        return marks;
    }

    /** Says which labels of a node, and of what is in it, are somewhere else first. */
    void check(Inspection inspection, LiveNode node) {
        node.labels().names().forEach(label -> check(inspection, node, label, node));
        for (LiveProperty property : node.properties()) {
            property.labels().names().forEach(label -> check(inspection, node, label, property));
            marks(property).forEach(mark -> check(inspection, node, mark.name(), mark));
        }
    }

    @SuppressWarnings("ReferenceEquality") // the same place, not an equal one
    private void check(Inspection inspection, LiveNode node, String label, Object place) {
        if (first.get(label) != place) {
            inspection.report(
                    node, "label " + Messages.shown(label) + " is there twice, first at " + described.get(label));
        }
    }
}
