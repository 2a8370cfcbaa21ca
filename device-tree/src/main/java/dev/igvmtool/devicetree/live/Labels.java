package dev.igvmtool.devicetree.live;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The labels of a node, property or reservation. */
public final class Labels {
    private Set<String> names = Set.of();
    private boolean used;

    /** Adds a label, unless it is there. */
    public void add(String name) {
        if (names.isEmpty()) {
            names = new LinkedHashSet<>(2);
        }
        names.add(name);
        used = true;
    }

    /** Adds the labels of another node that becomes part of this one, in its order. */
    void addAll(Labels other) {
        other.names().forEach(this::add);
    }

    void clear() {
        names = Set.of();
    }

    /** True if there was ever a label: to dtc, a node that was deleted and defined again counts as labelled. */
    public boolean used() {
        return used;
    }

    boolean contains(String name) {
        return names.contains(name);
    }

    /** The one added last first. */
    public List<String> names() {
        if (names.isEmpty()) {
            return List.of();
        }
        List<String> reversed = new ArrayList<>(names);
        Collections.reverse(reversed);
        return reversed;
    }
}
