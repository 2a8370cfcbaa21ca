package dev.igvmtool.measurement.cbor;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.util.List;
import java.util.Optional;

/** A data item. The methods with a name in front expect one kind, and name the place if it is another. */
public sealed interface CborValue {
    /** Number of the simple value {@code null}. */
    int NULL = 22;

    /** What kind of item it is, for messages. */
    String kind();

    /**
     * An integer.
     *
     * @param argument value of a positive one; -1 - value of a negative one; 64 bits unsigned
     */
    record Int(boolean negative, long argument) implements CborValue {
        /** The integer of that value. */
        public static Int of(long value) {
            return value < 0 ? new Int(true, ~value) : new Int(false, value);
        }

        /** The value, if it fits 64 bits signed. */
        public Optional<Long> toLong() {
            if (argument < 0) {
                return Optional.empty();
            }
            return Optional.of(negative ? ~argument : argument);
        }

        @Override
        public String kind() {
            return toLong().map(value -> "integer " + value).orElse("integer beyond 64 bits");
        }
    }

    /** A byte string. */
    record ByteString(Bytes value) implements CborValue {
        @Override
        public String kind() {
            return "byte string of " + value.size() + " bytes";
        }
    }

    /** A text string. */
    record Text(String value) implements CborValue {
        @Override
        public String kind() {
            return "text";
        }
    }

    /** An array. */
    record Array(List<CborValue> items) implements CborValue {
        public Array {
            items = List.copyOf(items);
        }

        @Override
        public String kind() {
            return "array of " + items.size();
        }
    }

    /** A key with its value. */
    record Entry(CborValue key, CborValue value) {}

    /** A map, in the order of its encoding; no key is there twice. */
    record Map(List<Entry> entries) implements CborValue {
        public Map {
            entries = List.copyOf(entries);
        }

        /** The value of an integer key. */
        public Optional<CborValue> get(long key) {
            CborValue wanted = Int.of(key);
            return entries.stream()
                    .filter(entry -> entry.key().equals(wanted))
                    .map(Entry::value)
                    .findFirst();
        }

        /** The value of an integer key that must be there. */
        public CborValue require(String what, long key) {
            return get(key).orElseThrow(() -> new FormatException(what + ": key " + key + " is missing"));
        }

        @Override
        public String kind() {
            return "map of " + entries.size();
        }
    }

    /** A tagged item. */
    record Tagged(long tag, CborValue value) implements CborValue {
        @Override
        public String kind() {
            return "tag " + Long.toUnsignedString(tag);
        }
    }

    /** False, true, null or another simple value. */
    record Simple(int number) implements CborValue {
        @Override
        public String kind() {
            return number == NULL ? "null" : "simple value " + number;
        }
    }

    /** This item as a byte string. */
    default Bytes bytes(String what) {
        if (this instanceof ByteString it) {
            return it.value();
        }
        throw expected(what, "byte string");
    }

    /** This item as text. */
    default String text(String what) {
        if (this instanceof Text it) {
            return it.value();
        }
        throw expected(what, "text");
    }

    /** This item as an integer of 64 bits, signed. */
    default long integer(String what) {
        if (this instanceof Int it && it.toLong().isPresent()) {
            return it.toLong().get();
        }
        throw expected(what, "integer of 64 bits");
    }

    /** This item as an array of any length. */
    default List<CborValue> array(String what) {
        if (this instanceof Array it) {
            return it.items();
        }
        throw expected(what, "array");
    }

    /** This item as an array of {@code count} items. */
    default List<CborValue> array(String what, int count) {
        if (this instanceof Array it && it.items().size() == count) {
            return it.items();
        }
        throw expected(what, "array of " + count);
    }

    /** This item as a map. */
    default Map map(String what) {
        if (this instanceof Map it) {
            return it;
        }
        throw expected(what, "map");
    }

    /** What stands behind the tag, which must be {@code number}. */
    default CborValue tagged(String what, long number) {
        if (this instanceof Tagged it && it.tag() == number) {
            return it.value();
        }
        throw expected(what, "tag " + number);
    }

    private FormatException expected(String what, String kind) {
        return new FormatException(what + " is " + kind() + ", expected " + kind);
    }
}
