package dev.igvmtool.document;

import java.util.List;

/** A value of a JSON or YAML document with its place. */
public sealed interface Node {
    /** Where the value starts. */
    Place place();

    /** What the value is, for messages: {@code a string}. */
    String kind();

    /**
     * Members in file order, repeated keys included.
     *
     * @param place of the opening brace, or of the first key in YAML
     */
    record Mapping(Place place, List<Member> members) implements Node {
        @Override
        public String kind() {
            return "an object";
        }
    }

    /** Elements in file order. */
    record Sequence(Place place, List<Node> elements) implements Node {
        @Override
        public String kind() {
            return "a list";
        }
    }

    /** A string, quoted or plain. */
    record Text(Place place, String value) implements Node {
        @Override
        public String kind() {
            return "the string '" + Quoted.of(value) + "'";
        }
    }

    /** A number as written: hexadecimal, octal and fractions are kept for the message. */
    record Numeral(Place place, String text) implements Node {
        @Override
        public String kind() {
            return "the number " + Quoted.of(text);
        }
    }

    /** True or false. */
    record Flag(Place place, boolean value) implements Node {
        @Override
        public String kind() {
            return value ? "true" : "false";
        }
    }

    /** An explicit null. */
    record Null(Place place) implements Node {
        @Override
        public String kind() {
            return "null";
        }
    }

    /** One key with its value. */
    record Member(Place place, String key, Node value) {}
}
