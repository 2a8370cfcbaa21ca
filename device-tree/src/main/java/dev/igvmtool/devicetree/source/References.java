package dev.igvmtool.devicetree.source;

import dev.igvmtool.devicetree.source.SourceValue.Marker;
import dev.igvmtool.devicetree.source.SourceValue.MarkerKind;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Gives phandles to the nodes that are referred to, the lowest that is free, in the order in which the tree refers to
 * them, and fills in what refers to them: as dtc 1.6.1, checks.c and livetree.c.
 */
final class References {
    private static final String PHANDLE = "phandle";
    private static final String LINUX_PHANDLE = "linux,phandle";

    private final SourceTree tree;
    private final SourceBudget budget;
    private final Map<Integer, SourceNode> byPhandle = new HashMap<>();
    private int lowest = 1;

    References(SourceTree tree, SourceBudget budget) {
        this.tree = tree;
        this.budget = budget;
    }

    void resolve() {
        List<SourceNode> nodes = tree.nodesNow();
        nodes.forEach(this::explicitPhandle);
        nodes.forEach(node -> forEachProperty(node, this::phandles));
        nodes.forEach(node -> forEachProperty(node, this::paths));
    }

    /** Leaves out what is only wanted if it is referred to. */
    void omitUnused(boolean keepLabelled) {
        for (SourceNode node : tree.nodesNow()) {
            boolean kept = keepLabelled && node.labels.used();
            if (node.omitUnlessReferenced && !node.referenced && !kept) {
                node.delete();
            }
        }
    }

    private interface Use {
        void of(SourceProperty property);
    }

    private static void forEachProperty(SourceNode node, Use use) {
        // By index: a reference from a node to itself adds its phandle property here.
        for (int i = 0; i < node.properties.size(); i++) {
            SourceProperty property = node.properties.get(i);
            if (!property.deleted) {
                use.of(property);
            }
        }
    }

    private void explicitPhandle(SourceNode node) {
        int phandle = explicit(node, PHANDLE);
        int legacy = explicit(node, LINUX_PHANDLE);
        if (phandle != 0 && legacy != 0 && phandle != legacy) {
            throw node.place.error(
                    String.format("linux,phandle is 0x%x, expected that of phandle, 0x%x", legacy, phandle));
        }
        int value = phandle == 0 ? legacy : phandle;
        if (value != 0) {
            SourceNode other = byPhandle.putIfAbsent(value, node);
            if (other != null) {
                throw node.place.error(
                        String.format("phandle 0x%x of %s is already that of %s", value, node.path(), other.path()));
            }
            node.phandle = value;
        }
    }

    /** The value of a phandle property; 0 if there is none, or if it asks for one by referring to its own node. */
    private int explicit(SourceNode node, String name) {
        Optional<SourceProperty> found = node.property(name);
        if (found.isEmpty()) {
            return 0;
        }
        SourceProperty property = found.orElseThrow();
        SourceValue value = property.value;
        if (value.size() != Integer.BYTES) {
            throw property.place.error(String.format("%s of %d bytes, expected 4", name, value.size()));
        }
        for (Marker marker : value.markers()) {
            if (marker.kind() == MarkerKind.PHANDLE) {
                if (tree.find(marker.name()).filter(target -> target == node).isEmpty()) {
                    throw marker.place().error(name + " refers to another node than its own");
                }
                return 0;
            }
        }
        int phandle = value.toBytes().asBuffer().order(ByteOrder.BIG_ENDIAN).getInt();
        if (phandle == 0 || phandle == -1) {
            throw property.place.error(String.format("%s is 0x%x, expected 1 to 0xfffffffe", name, phandle));
        }
        return phandle;
    }

    private void phandles(SourceProperty property) {
        property.value.setPhandles(marker -> {
            Optional<SourceNode> target = tree.find(marker.name());
            if (target.isEmpty() && !tree.plugin) {
                throw missing(marker);
            }
            target.ifPresent(node -> node.referenced = true);
            return target.isPresent() ? OptionalInt.of(phandle(target.orElseThrow())) : OptionalInt.empty();
        });
    }

    private void paths(SourceProperty property) {
        property.value.insertPaths(marker -> {
            SourceNode target = tree.find(marker.name()).orElseThrow(() -> missing(marker));
            target.referenced = true;
            String path = target.path();
            budget.value(path.length() + 1L, marker.place());
            return path;
        });
    }

    private static RuntimeException missing(Marker marker) {
        return marker.place().error("reference to \"" + marker.name() + "\", which is not in the tree");
    }

    /** The phandle of a node; it is given one if it has none. */
    int phandle(SourceNode node) {
        if (node.phandle == 0) {
            while (byPhandle.containsKey(lowest)) {
                lowest++;
            }
            node.phandle = lowest;
            byPhandle.put(lowest, node);
            if (node.property(PHANDLE).isEmpty()) {
                SourceProperty property = new SourceProperty(PHANDLE, node.place);
                property.value.integer(lowest, Integer.SIZE);
                node.add(property);
            }
        }
        return node.phandle;
    }
}
