package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.devicetree.Fdt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A whole tree while it is being made. Finds nodes by what refers to them: a label, a path, or a path from a label. */
final class SourceTree {
    /** Name of the node that holds what a fragment brings. */
    static final String OVERLAY = "__overlay__";

    final SourceNode root;
    final List<Fdt.Reservation> reservations;

    /** True if it is an overlay: what it refers to may be in another tree. */
    final boolean plugin;

    private final Map<String, List<SourceNode>> labelled = new HashMap<>();
    private int fragments;

    SourceTree(SourceNode root, List<Fdt.Reservation> reservations, boolean plugin) {
        this.root = root;
        this.reservations = reservations;
        this.plugin = plugin;
        register(root);
    }

    /** Adds another definition of a node of this tree. */
    void merge(SourceNode target, SourceNode definition) {
        checkDepth(target, definition);
        target.merge(definition, this::register);
    }

    private static void checkDepth(SourceNode target, SourceNode definition) {
        if (target.depth() + definition.height - 1 > SourceBudget.MAX_NODE_DEPTH) {
            throw definition.place.error("nodes deeper than " + SourceBudget.MAX_NODE_DEPTH + " levels");
        }
    }

    /** Adds a node of an overlay, called {@link #OVERLAY}, whose target is not in this tree, as a fragment. */
    void addFragment(Token reference, SourceNode definition) {
        Place place = definition.place;
        SourceNode fragment = new SourceNode("fragment@" + fragments++, place);
        boolean path = reference.text().startsWith("/");
        SourceProperty target = new SourceProperty(path ? "target-path" : "target", place);
        if (path) {
            target.value.text(Bytes.utf8(reference.text()));
        } else {
            target.value.mark(SourceValue.MarkerKind.PHANDLE, reference.text(), reference.place());
            target.value.integer(-1, Integer.SIZE);
        }
        fragment.add(target);
        fragment.add(definition);
        checkDepth(root, fragment);
        root.add(fragment);
        register(fragment);
    }

    void addLabel(SourceNode node, String label) {
        node.labels.add(label);
        register(label, node);
    }

    private void register(SourceNode from) {
        for (SourceNode node : from.live()) {
            node.labels.names().forEach(label -> register(label, node));
        }
    }

    private void register(String label, SourceNode node) {
        labelled.computeIfAbsent(label, unused -> new ArrayList<>(1)).add(node);
    }

    /** The node that a label or path stands for. */
    Optional<SourceNode> find(String reference) {
        if (reference.startsWith("/")) {
            return below(root, reference);
        }
        int slash = reference.indexOf('/');
        Optional<SourceNode> start = labelled(slash < 0 ? reference : reference.substring(0, slash));
        return slash < 0 ? start : start.flatMap(node -> below(node, reference.substring(slash + 1)));
    }

    private Optional<SourceNode> labelled(String label) {
        List<SourceNode> nodes = labelled.getOrDefault(label, List.of());
        if (!nodes.isEmpty() && !nodes.get(0).labels.contains(label)) {
            // A node was deleted; another may have the label now.
            nodes.removeIf(node -> !node.labels.contains(label));
        }
        return nodes.stream().findFirst();
    }

    private static Optional<SourceNode> below(SourceNode start, String path) {
        SourceNode node = start;
        for (String name : path.split("/+", -1)) {
            if (!name.isEmpty()) {
                Optional<SourceNode> child = node.child(name);
                if (child.isEmpty()) {
                    return child;
                }
                node = child.orElseThrow();
            }
        }
        return node.deleted ? Optional.empty() : Optional.of(node);
    }

    /** All live nodes, each before its children. */
    Iterable<SourceNode> nodes() {
        return root.live();
    }

    /** The live nodes now: the tree may change while they are gone through. */
    List<SourceNode> nodesNow() {
        List<SourceNode> all = new ArrayList<>();
        nodes().forEach(all::add);
        return all;
    }
}
