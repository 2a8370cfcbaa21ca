package dev.igvmtool.devicetree.source;

/** A property while its tree is being made. */
final class SourceProperty {
    final String name;
    final Place place;
    final Labels labels = new Labels();
    SourceValue value = new SourceValue();

    /** Kept in its place: a later definition of the same name comes back there. */
    boolean deleted;

    SourceProperty(String name, Place place) {
        this.name = name;
        this.place = place;
    }
}
