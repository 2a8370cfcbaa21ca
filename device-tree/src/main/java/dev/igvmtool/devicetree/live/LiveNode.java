package dev.igvmtool.devicetree.live;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A node of a tree that can change. What is deleted keeps its place, and comes back there if it is defined again: as
 * dtc 1.6.1, livetree.c.
 */
public final class LiveNode {
    private final String name;
    private final List<Place> places = new ArrayList<>(1);
    private final Labels labels = new Labels();
    private final List<LiveProperty> properties = new ArrayList<>();
    private final List<LiveNode> children = new ArrayList<>();
    private final Map<String, LiveProperty> firstProperty = new HashMap<>();
    private final Map<String, LiveNode> firstChild = new HashMap<>();

    private @Nullable LiveNode parent;
    private boolean deleted;

    /** Some of the properties are, or were, deleted. */
    private boolean propertiesDeleted;

    /** Some of the children are, or were, deleted. */
    private boolean childrenDeleted;

    private boolean omitUnlessReferenced;
    private boolean referenced;
    private int phandle;

    /** Levels of nodes from here down, this one included. */
    private int height = 1;

    /** A node that no source text defines. */
    public LiveNode(String name) {
        this.name = name;
    }

    /** What removes the node of this name when it is merged. */
    public static LiveNode deletion(String name) {
        LiveNode deletion = new LiveNode(name);
        deletion.deleted = true;
        return deletion;
    }

    /** With its unit address; empty for the root. */
    public String name() {
        return name;
    }

    /** The name up to the unit address. */
    public String baseName() {
        int at = name.indexOf('@');
        return at < 0 ? name : name.substring(0, at);
    }

    /** What follows the first {@code @}; empty if there is none. */
    public String unitAddress() {
        int at = name.indexOf('@');
        return at < 0 ? "" : name.substring(at + 1);
    }

    public Labels labels() {
        return labels;
    }

    /** Where source text defines it, the first definition first. */
    public List<Place> places() {
        return Collections.unmodifiableList(places);
    }

    /** Adds a definition. */
    public void definedAt(Place place) {
        places.add(place);
    }

    public Optional<LiveNode> parent() {
        return Optional.ofNullable(parent);
    }

    public boolean isDeleted() {
        return deleted;
    }

    /** To be left out unless something refers to it. */
    public void omitUnlessReferenced() {
        omitUnlessReferenced = true;
    }

    /** Something refers to it. */
    public void refer() {
        referenced = true;
    }

    /** True if it is wanted only where it is referred to, and it is not. */
    public boolean isUnused() {
        return omitUnlessReferenced && !referenced;
    }

    /** 0 until it is known. */
    public int phandle() {
        return phandle;
    }

    /** Sets the phandle; the property is the caller's business. */
    public void setPhandle(int value) {
        phandle = value;
    }

    int height() {
        return height;
    }

    /** The properties that are not deleted, in order; a view unless some are. */
    public List<LiveProperty> properties() {
        if (!propertiesDeleted) {
            return Collections.unmodifiableList(properties);
        }
        List<LiveProperty> live = new ArrayList<>(properties.size());
        for (LiveProperty property : properties) {
            if (!property.isDeleted()) {
                live.add(property);
            }
        }
        return live;
    }

    /** The children that are not deleted, in order; a view unless some are. */
    public List<LiveNode> children() {
        if (!childrenDeleted) {
            return Collections.unmodifiableList(children);
        }
        List<LiveNode> live = new ArrayList<>(children.size());
        for (LiveNode child : children) {
            if (!child.deleted) {
                live.add(child);
            }
        }
        return live;
    }

    /** The child defined first, even if it is deleted by now. */
    Optional<LiveNode> firstDefinedChild() {
        return children.stream().findFirst();
    }

    /** True if a node was ever defined in this one. */
    public boolean hasDefinedChildren() {
        return !children.isEmpty();
    }

    /** Adds a property behind the others. */
    public void add(LiveProperty property) {
        properties.add(property);
        propertiesDeleted |= property.isDeleted();
        firstProperty.merge(property.name(), property, (first, later) -> first.isDeleted() ? later : first);
    }

    /** Adds a node behind the others. */
    public void add(LiveNode child) {
        child.parent = this;
        children.add(child);
        childrenDeleted |= child.deleted;
        firstChild.merge(child.name, child, (first, later) -> first.deleted ? later : first);
        height = Math.max(height, child.height + 1);
    }

    /** Removes a property without a trace. */
    public void remove(LiveProperty property) {
        properties.remove(property);
        firstProperty.remove(property.name());
        properties.forEach(left -> firstProperty.putIfAbsent(left.name(), left));
    }

    /** The first property of this name. */
    public Optional<LiveProperty> property(String wanted) {
        return Optional.ofNullable(firstProperty.get(wanted)).filter(property -> !property.isDeleted());
    }

    /** The first child of this name. */
    public Optional<LiveNode> child(String wanted) {
        return Optional.ofNullable(firstChild.get(wanted)).filter(child -> !child.deleted);
    }

    /** The child of this name; a new one if there is none. */
    public LiveNode childOrNew(String wanted) {
        return child(wanted).orElseGet(() -> {
            LiveNode child = new LiveNode(wanted);
            add(child);
            return child;
        });
    }

    /** The value of the property of this name; a new property without one if there is none. */
    public LiveValue valueOrNew(String wanted) {
        return property(wanted)
                .orElseGet(() -> {
                    LiveProperty property = new LiveProperty(wanted, new LiveValue());
                    add(property);
                    return property;
                })
                .value();
    }

    /** Makes this node and all below it absent. */
    public void delete() {
        Deque<LiveNode> left = new ArrayDeque<>();
        left.push(this);
        if (parent != null) {
            parent.childrenDeleted = true;
        }
        while (!left.isEmpty()) {
            LiveNode node = left.pop();
            node.deleted = true;
            node.labels.clear();
            node.properties.forEach(LiveProperty::delete);
            node.propertiesDeleted = true;
            node.children.forEach(left::push);
            node.childrenDeleted = true;
        }
    }

    /**
     * Takes over what another definition of this node says. The other one is not used again.
     *
     * @param labelled gets each label that comes, with its node
     */
    void merge(LiveNode other, BiConsumer<String, LiveNode> labelled) {
        deleted = false;
        labels.addAll(other.labels);
        other.labels.names().forEach(label -> labelled.accept(label, this));
        for (LiveProperty property : other.properties) {
            merge(property);
        }
        for (LiveNode child : other.children) {
            LiveNode mine = firstChild.get(child.name);
            if (child.deleted) {
                child(child.name).ifPresent(LiveNode::delete);
            } else if (mine == null) {
                add(child);
                for (LiveNode node : child.live()) {
                    node.labels.names().forEach(label -> labelled.accept(label, node));
                }
            } else {
                mine.merge(child, labelled);
                height = Math.max(height, mine.height + 1);
            }
        }
        places.addAll(other.places);
    }

    private void merge(LiveProperty property) {
        LiveProperty mine = firstProperty.get(property.name());
        if (property.isDeleted()) {
            property(property.name()).ifPresent(LiveProperty::delete);
            propertiesDeleted = true;
        } else if (mine == null) {
            add(property);
        } else {
            mine.redefine(property);
        }
    }

    /** Sorts properties and nodes by name, here and below. */
    void sort() {
        Deque<LiveNode> left = new ArrayDeque<>();
        left.push(this);
        while (!left.isEmpty()) {
            LiveNode node = left.pop();
            node.properties.sort(Comparator.comparing(LiveProperty::name));
            node.children.sort(Comparator.comparing(LiveNode::name));
            node.children.forEach(left::push);
        }
    }

    /** Levels of nodes down to this one, this one included. */
    int depth() {
        int depth = 0;
        for (LiveNode node = this; node != null; node = node.parent) {
            depth++;
        }
        return depth;
    }

    /** From the root, {@code /} for itself. */
    public String path() {
        StringBuilder path = new StringBuilder();
        Deque<String> names = new ArrayDeque<>();
        for (LiveNode node = this; node != null && node.parent != null; node = node.parent) {
            names.push(node.name);
        }
        names.forEach(part -> path.append('/').append(part));
        return path.isEmpty() ? "/" : path.toString();
    }

    /** This node and all below it that are not deleted, each before its children. */
    Iterable<LiveNode> live() {
        return () -> new LiveNodes(this);
    }
}
