package dev.igvmtool.abi.binary;

import java.lang.invoke.MethodHandles;
import java.util.Optional;

/**
 * Reads and writes one binary structure of fixed size. For records the layout is the record itself: components
 * annotated with {@link U8}, {@link U16}, {@link U32}, {@link U64} or {@link Fixed}, or whose type is such a record,
 * in wire order and without implicit padding.
 *
 * @param <T> the Java value
 */
public interface Codec<T> {
    /** Number of bytes of the structure. */
    int size();

    /**
     * Reads one value.
     *
     * @throws FormatException if the data ends early
     */
    T read(ByteReader reader);

    /** Writes one value. */
    void write(ByteWriter writer, T value);

    /** Where the fields lie, if the structure has fields that say so. */
    default Optional<StructLayout> layout() {
        return Optional.empty();
    }

    /** Reads a little-endian value at {@code offset} of {@code source}. */
    default T read(Bytes source, int offset) {
        if (offset < 0 || offset > source.size()) {
            throw new FormatException(
                    String.format("offset 0x%x lies outside the data, which has 0x%x bytes", offset, source.size()));
        }
        return read(new ByteReader(source.from(offset)));
    }

    /** Reads a little-endian value at the start of {@code source}. */
    default T read(Bytes source) {
        return read(source, 0);
    }

    /** The little-endian form of {@code value}. */
    default Bytes toBytes(T value) {
        ByteWriter writer = new ByteWriter();
        write(writer, value);
        return writer.toBytes();
    }

    /**
     * The codec of a record whose components carry wire types.
     *
     * @param lookup of the record class, for access to its constructor and accessors
     */
    static <T extends Record> Codec<T> of(Class<T> type, MethodHandles.Lookup lookup) {
        return new RecordCodec<>(type, lookup);
    }
}
