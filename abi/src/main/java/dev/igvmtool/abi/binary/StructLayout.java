package dev.igvmtool.abi.binary;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the fields of a structure of fixed size lie: the one declaration of the structure, as a value.
 *
 * @param name of the Java type
 * @param sizeBytes of the structure
 * @param fields in wire order; they need not cover the structure
 */
public record StructLayout(String name, int sizeBytes, List<Field> fields) {
    public StructLayout {
        fields = List.copyOf(fields);
        for (Field field : fields) {
            if (field.offset < 0 || field.sizeBytes < 0 || field.offset + field.sizeBytes > sizeBytes) {
                throw new IllegalArgumentException("field " + field.name + " lies outside " + name);
            }
        }
    }

    /** What the bytes of a field are. */
    public enum Kind {
        /** An unsigned integer of 1, 2, 4 or 8 bytes in the byte order of the structure. */
        INTEGER,
        /** Bytes without further meaning. */
        BYTES,
        /** Another structure. */
        STRUCTURE
    }

    /**
     * One field.
     *
     * @param name as declared
     * @param offset from the start of the structure
     * @param structure layout of a field of kind {@link Kind#STRUCTURE}, otherwise empty
     */
    public record Field(String name, int offset, int sizeBytes, Kind kind, Optional<StructLayout> structure) {
        /** An integer. */
        public static Field integer(String name, int offset, int sizeBytes) {
            return new Field(name, offset, sizeBytes, Kind.INTEGER, Optional.empty());
        }

        /** Plain bytes. */
        public static Field bytes(String name, int offset, int sizeBytes) {
            return new Field(name, offset, sizeBytes, Kind.BYTES, Optional.empty());
        }

        /** A structure inside. */
        public static Field structure(String name, int offset, StructLayout layout) {
            return new Field(name, offset, layout.sizeBytes, Kind.STRUCTURE, Optional.of(layout));
        }

        private Field movedInto(String outer, int by) {
            return new Field(outer + name, offset + by, sizeBytes, kind, structure);
        }
    }

    /** All integers and bytes, those of structures inside too, with names such as {@code cs.base}. */
    public List<Field> leaves() {
        List<Field> leaves = new ArrayList<>();
        for (Field field : fields) {
            if (field.structure.isPresent()) {
                field.structure
                        .get()
                        .leaves()
                        .forEach(leaf -> leaves.add(leaf.movedInto(field.name + ".", field.offset)));
            } else {
                leaves.add(field);
            }
        }
        return List.copyOf(leaves);
    }

    /** The field with a name, which may lead into structures: {@code cs.base}. */
    public Optional<Field> find(String path) {
        for (Field field : fields) {
            if (field.name.equals(path)) {
                return Optional.of(field);
            }
            if (field.structure.isPresent() && path.startsWith(field.name + ".")) {
                return field.structure
                        .get()
                        .find(path.substring(field.name.length() + 1))
                        .map(inner -> inner.movedInto(field.name + ".", field.offset));
            }
        }
        return Optional.empty();
    }

    /** The innermost field around an offset. */
    public Optional<Field> at(int offset) {
        return leaves().stream()
                .filter(field -> offset >= field.offset && offset < field.offset + field.sizeBytes)
                .findFirst();
    }
}
