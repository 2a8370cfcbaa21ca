package dev.igvmtool.document;

import java.util.ArrayList;
import java.util.List;

/**
 * Which fields a structure has, or which variants a value: the reader takes no others, and the published schema has the
 * same ones under {@code $defs}.
 *
 * @param id name in the schema
 * @param what name in messages
 * @param fields that igvmfilegen knows too
 * @param ownFields of our own form only
 */
public record Shape(String id, String what, List<String> fields, List<String> ownFields) {
    public Shape {
        fields = List.copyOf(fields);
        ownFields = List.copyOf(ownFields);
    }

    public static Shape of(String id, String what, String... fields) {
        return new Shape(id, what, List.of(fields), List.of());
    }

    public Shape withOwn(String... own) {
        return new Shape(id, what, fields, List.of(own));
    }

    /** @param own true for our own form */
    public List<String> known(boolean own) {
        List<String> known = new ArrayList<>(fields);
        if (own) {
            known.addAll(ownFields);
        }
        return known;
    }
}
