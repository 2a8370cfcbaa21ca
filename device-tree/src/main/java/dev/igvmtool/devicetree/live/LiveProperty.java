package dev.igvmtool.devicetree.live;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A property of a tree that can change. */
public final class LiveProperty {
    private final String name;
    private final Labels labels = new Labels();
    private LiveValue value;

    private @Nullable Place place;

    /** What is deleted keeps its place among the others: a later definition of the same name comes back there. */
    private boolean deleted;

    /** A property that no source text defines. */
    public LiveProperty(String name, LiveValue value) {
        this.name = name;
        this.value = value;
    }

    /** A property that source text defines at {@code place}. */
    public LiveProperty(String name, LiveValue value, Place place) {
        this(name, value);
        this.place = place;
    }

    /** What removes the property of this name when it is merged. */
    public static LiveProperty deletion(String name, Place place) {
        LiveProperty deletion = new LiveProperty(name, new LiveValue(), place);
        deletion.deleted = true;
        return deletion;
    }

    public String name() {
        return name;
    }

    public LiveValue value() {
        return value;
    }

    public Labels labels() {
        return labels;
    }

    public Optional<Place> place() {
        return Optional.ofNullable(place);
    }

    public boolean isDeleted() {
        return deleted;
    }

    void delete() {
        deleted = true;
        labels.clear();
    }

    /** Takes over what a later definition says. */
    void redefine(LiveProperty later) {
        labels.addAll(later.labels);
        value = later.value;
        place = later.place;
        deleted = false;
    }
}
