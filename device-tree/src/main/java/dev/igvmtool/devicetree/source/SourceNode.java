package dev.igvmtool.devicetree.source;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A node while its tree is being made. What is deleted keeps its place, and comes back there if it is defined again:
 * as dtc 1.6.1, livetree.c.
 */
final class SourceNode {
    final String name;
    final Place place;
    final Labels labels = new Labels();
    final List<SourceProperty> properties = new ArrayList<>();
    final List<SourceNode> children = new ArrayList<>();
    private final Map<String, SourceProperty> firstProperty = new HashMap<>();
    private final Map<String, SourceNode> firstChild = new HashMap<>();

    @Nullable
    SourceNode parent;

    boolean deleted;
    boolean omitUnlessReferenced;
    boolean referenced;

    /** 0 until it is known. */
    int phandle;

    /** Levels of nodes from here down, this one included. */
    int height = 1;

    SourceNode(String name, Place place) {
        this.name = name;
        this.place = place;
    }

    void add(SourceProperty property) {
        properties.add(property);
        firstProperty.merge(property.name, property, (first, later) -> first.deleted ? later : first);
    }

    void add(SourceNode child) {
        child.parent = this;
        children.add(child);
        firstChild.merge(child.name, child, (first, later) -> first.deleted ? later : first);
        height = Math.max(height, child.height + 1);
    }

    void remove(SourceProperty property) {
        properties.remove(property);
        firstProperty.remove(property.name);
        properties.forEach(left -> firstProperty.putIfAbsent(left.name, left));
    }

    Optional<SourceProperty> property(String wanted) {
        return Optional.ofNullable(firstProperty.get(wanted)).filter(property -> !property.deleted);
    }

    Optional<SourceNode> child(String wanted) {
        return Optional.ofNullable(firstChild.get(wanted)).filter(child -> !child.deleted);
    }

    /** Makes this node and all below it absent. */
    void delete() {
        Deque<SourceNode> left = new ArrayDeque<>();
        left.push(this);
        while (!left.isEmpty()) {
            SourceNode node = left.pop();
            node.deleted = true;
            node.labels.clear();
            node.properties.forEach(SourceNode::delete);
            node.children.forEach(left::push);
        }
    }

    private static void delete(SourceProperty property) {
        property.deleted = true;
        property.labels.clear();
    }

    /**
     * Takes over what another definition of this node says. The other one is not used again.
     *
     * @param labelled gets each label that comes, with its node
     */
    void merge(SourceNode other, BiConsumer<String, SourceNode> labelled) {
        deleted = false;
        labels.addAll(other.labels);
        other.labels.names().forEach(label -> labelled.accept(label, this));
        for (SourceProperty property : other.properties) {
            merge(property);
        }
        for (SourceNode child : other.children) {
            SourceNode mine = firstChild.get(child.name);
            if (child.deleted) {
                child(child.name).ifPresent(SourceNode::delete);
            } else if (mine == null) {
                add(child);
                for (SourceNode node : child.live()) {
                    node.labels.names().forEach(label -> labelled.accept(label, node));
                }
            } else {
                mine.merge(child, labelled);
                height = Math.max(height, mine.height + 1);
            }
        }
    }

    private void merge(SourceProperty property) {
        SourceProperty mine = firstProperty.get(property.name);
        if (property.deleted) {
            property(property.name).ifPresent(SourceNode::delete);
        } else if (mine == null) {
            add(property);
        } else {
            mine.labels.addAll(property.labels);
            mine.value = property.value;
            mine.deleted = false;
        }
    }

    /** Levels of nodes down to this one, this one included. */
    int depth() {
        int depth = 0;
        for (SourceNode node = this; node != null; node = node.parent) {
            depth++;
        }
        return depth;
    }

    /** From the root, {@code /} for itself. */
    String path() {
        StringBuilder path = new StringBuilder();
        Deque<String> names = new ArrayDeque<>();
        for (SourceNode node = this; node != null && node.parent != null; node = node.parent) {
            names.push(node.name);
        }
        names.forEach(part -> path.append('/').append(part));
        return path.isEmpty() ? "/" : path.toString();
    }

    /** This node and all below it that are not deleted, each before its children. */
    Iterable<SourceNode> live() {
        return () -> new LiveNodes(this);
    }
}
