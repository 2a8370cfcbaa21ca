package dev.igvmtool.devicetree.lint;

import dev.igvmtool.devicetree.live.LiveNode;
import dev.igvmtool.devicetree.live.LiveProperty;
import dev.igvmtool.devicetree.live.LiveValue.Marker;
import dev.igvmtool.devicetree.live.LiveValue.MarkerKind;
import dev.igvmtool.devicetree.live.Messages;
import dev.igvmtool.devicetree.live.Phandles;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Phandles, and what refers to nodes; here references get their values. */
final class ReferenceChecks {
    private ReferenceChecks() {}

    static void explicitPhandles(Inspection in, LiveNode node) {
        int phandle = explicit(in, node, Phandles.PHANDLE);
        int legacy = explicit(in, node, Phandles.LINUX_PHANDLE);
        if (phandle != 0 && legacy != 0 && phandle != legacy) {
            in.report(node, String.format("linux,phandle is 0x%x, expected that of phandle, 0x%x", legacy, phandle));
        }
        int value = phandle == 0 ? legacy : phandle;
        if (value != 0) {
            Optional<LiveNode> other = in.phandles().find(value);
            if (other.isPresent()) {
                in.report(
                        node,
                        String.format(
                                "phandle 0x%x is already that of %s",
                                value, Messages.shown(other.orElseThrow().path())));
            } else {
                in.phandles().set(node, value);
            }
        }
    }

    /** The value of a phandle property; 0 if there is none, or if it asks for one by referring to its own node. */
    @SuppressWarnings("ReferenceEquality") // the same node, not an equal one
    private static int explicit(Inspection in, LiveNode node, String name) {
        Optional<LiveProperty> found = node.property(name);
        if (found.isEmpty()) {
            return 0;
        }
        LiveProperty property = found.orElseThrow();
        if (property.value().size() != Integer.BYTES) {
            in.report(node, property, "value has " + property.value().size() + " bytes, expected 4");
            return 0;
        }
        for (Marker marker : property.value().markers()) {
            if (marker.kind() == MarkerKind.PHANDLE) {
                if (in.tree().find(marker.name()).orElse(null) != node) {
                    in.report(node, "property " + name + " refers to another node");
                }
                return 0;
            }
        }
        int phandle = Values.of(property).cell(0);
        if (!Phandles.isValid(phandle)) {
            in.report(node, property, String.format("phandle is 0x%x, expected 1 to 0xfffffffe", phandle));
            return 0;
        }
        return phandle;
    }

    static void phandleReferences(Inspection in, LiveNode node) {
        // A copy: a reference from a node to itself adds its phandle here.
        for (LiveProperty property : List.copyOf(node.properties())) {
            property.value().setPhandles(marker -> {
                Optional<LiveNode> target = in.tree().find(marker.name());
                if (target.isEmpty()) {
                    if (!in.tree().isPlugin()) {
                        missing(in, node, marker);
                    }
                    return OptionalInt.empty();
                }
                target.orElseThrow().refer();
                return OptionalInt.of(in.phandles().of(target.orElseThrow()));
            });
        }
    }

    static void pathReferences(Inspection in, LiveNode node) {
        for (LiveProperty property : node.properties()) {
            property.value().insertPaths(marker -> {
                Optional<LiveNode> target = in.tree().find(marker.name());
                if (target.isEmpty()) {
                    missing(in, node, marker);
                    return "";
                }
                target.orElseThrow().refer();
                String path = target.orElseThrow().path();
                in.budget().value(path.length() + 1L);
                return path;
            });
        }
    }

    private static void missing(Inspection in, LiveNode node, Marker marker) {
        in.report(node, "reference to \"" + Messages.shown(marker.name()) + "\", which is not in the tree");
    }

    static void omitUnused(Inspection in, LiveNode node) {
        if (node.isUnused() && !(in.keepsLabelled() && node.labels().used())) {
            node.delete();
        }
    }

    static List<Check> all() {
        return List.of(
                Check.error(
                        "explicit_phandles",
                        "phandles that are wrong or those of several nodes",
                        ReferenceChecks::explicitPhandles),
                Check.error(
                        "phandle_references",
                        "references to nodes that are not there; gives phandles",
                        ReferenceChecks::phandleReferences,
                        "duplicate_node_names",
                        "explicit_phandles"),
                Check.error(
                        "path_references",
                        "references to paths of nodes that are not there; puts the paths in",
                        ReferenceChecks::pathReferences,
                        "duplicate_node_names"),
                Check.error(
                        "omit_unused_nodes",
                        "nothing; leaves out what is to be omitted without a reference",
                        ReferenceChecks::omitUnused,
                        "phandle_references",
                        "path_references"));
    }
}
