package dev.igvmtool.document;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * One object of a document, read as a structure with known fields. A repeated field is an error. Unknown fields are
 * ignored as igvmfilegen does, unless the structure is strict or the field is a slip of a known one that is absent:
 * better to ask than to build something else.
 */
public final class Fields {
    private static final Pattern DECIMAL = Pattern.compile("0|[1-9][0-9]*");
    private static final int MAX_DIGITS = 20;

    private final String what;
    private final Place place;
    private final Map<String, Node> values = new HashMap<>();

    /** @param strict true for our own form: unknown fields and nulls are errors, own fields are known */
    public Fields(Node node, Shape shape, boolean strict) {
        this(node, shape, strict, !strict);
    }

    private Fields(Node node, Shape shape, boolean strict, boolean nulls) {
        this.what = shape.what();
        List<String> known = shape.known(strict);
        if (!(node instanceof Node.Mapping mapping)) {
            throw expected(node, "an object", what);
        }
        this.place = mapping.place();
        for (Node.Member member : mapping.members()) {
            if (values.put(member.key(), member.value()) != null) {
                throw DocumentException.at(
                        member.place(), "field '" + Quoted.of(member.key()) + "' is repeated in " + what);
            }
        }
        for (Node.Member member : mapping.members()) {
            if (!known.contains(member.key())) {
                checkUnknown(member, strict, known);
            } else if (!nulls && member.value() instanceof Node.Null) {
                throw DocumentException.at(
                        member.value().place(), "'" + member.key() + "' has no value; leave it out or give one");
            }
        }
    }

    /** Unknown fields are errors; null is a way to say that a field has no value. */
    public static Fields withNulls(Node node, Shape shape) {
        return new Fields(node, shape, true, true);
    }

    private void checkUnknown(Node.Member member, boolean strict, List<String> known) {
        List<String> absent =
                known.stream().filter(field -> !values.containsKey(field)).toList();
        Optional<String> meant = Nearest.to(member.key(), absent);
        String unknown = "unknown field '" + Quoted.of(member.key()) + "' in " + what;
        if (meant.isPresent()) {
            throw DocumentException.at(member.place(), unknown + ", did you mean '" + meant.get() + "'?");
        }
        if (strict) {
            throw DocumentException.at(member.place(), unknown + ", which has " + String.join(", ", known));
        }
    }

    public Place place() {
        return place;
    }

    /** The structure's name in messages. */
    public String what() {
        return what;
    }

    /** True if the field is there with a value other than null. */
    public boolean has(String field) {
        return optional(field).isPresent();
    }

    /** True if the field is there, and null. */
    public boolean isNull(String field) {
        return values.get(field) instanceof Node.Null;
    }

    /** An error about the value of a field, at its place. */
    public DocumentException at(String field, String message) {
        Node value = values.get(field);
        return DocumentException.at(value == null ? place : value.place(), message);
    }

    /** The value of a field; absent or null means empty. */
    public Optional<Node> optional(String field) {
        return Optional.ofNullable(values.get(field)).filter(value -> !(value instanceof Node.Null));
    }

    /** The value of a field, which must be there (null is a value here). */
    public Node required(String field) {
        Node value = values.get(field);
        if (value == null) {
            throw DocumentException.at(place, "missing field '" + field + "' in " + what);
        }
        return value;
    }

    public boolean requiredFlag(String field) {
        return flag(required(field), field);
    }

    /** serde: a defaulted field may be absent, but not null. */
    public boolean flagOr(String field, boolean otherwise) {
        Node value = values.get(field);
        return value == null ? otherwise : flag(value, field);
    }

    public String requiredText(String field) {
        return text(required(field), field);
    }

    public String textOr(String field, String otherwise) {
        Node value = values.get(field);
        return value == null ? otherwise : text(value, field);
    }

    /** @param max largest value, unsigned */
    public long requiredInteger(String field, long max) {
        return integer(required(field), field, max);
    }

    /** @param max largest value, unsigned */
    public OptionalLong optionalInteger(String field, long max) {
        Optional<Node> value = optional(field);
        return value.isEmpty() ? OptionalLong.empty() : OptionalLong.of(integer(value.get(), field, max));
    }

    public static boolean flag(Node node, String field) {
        if (node instanceof Node.Flag it) {
            return it.value();
        }
        throw expected(node, "true or false", "'" + field + "'");
    }

    public static String text(Node node, String field) {
        if (!(node instanceof Node.Text it)) {
            throw expected(node, "a string", "'" + field + "'");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(it.value())) {
            throw DocumentException.at(node.place(), "'" + field + "' has half of a surrogate pair, which is no UTF-8");
        }
        return it.value();
    }

    public static long integer(Node node, String field, long max) {
        String wanted = "an integer from 0 to " + Long.toUnsignedString(max) + ", in decimal";
        if (!(node instanceof Node.Numeral it)
                || !DECIMAL.matcher(it.text()).matches()
                || it.text().length() > MAX_DIGITS) {
            throw expected(node, wanted, "'" + field + "'");
        }
        try {
            long value = Long.parseUnsignedLong(it.text());
            if (Long.compareUnsigned(value, max) <= 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Past 2^64: out of range like any other.
        }
        throw expected(node, wanted, "'" + field + "'");
    }

    /**
     * A number in decimal or, with {@code 0x} before it and in quotes or not, in hexadecimal.
     *
     * @param max largest value, unsigned
     */
    public static long number(Node node, String field, long max) {
        String text = node instanceof Node.Numeral numeral
                ? numeral.text()
                : node instanceof Node.Text it && it.value().startsWith("0x") ? it.value() : "";
        OptionalLong value = ByteSize.number(text);
        if (value.isEmpty() || Long.compareUnsigned(value.getAsLong(), max) > 0) {
            throw expected(node, "a whole number from 0 to " + Long.toUnsignedString(max), quote(field));
        }
        return value.getAsLong();
    }

    /** A number of bytes: {@code 4096}, {@code 0x1000}, {@code 512M}, {@code 2GiB}. */
    public static long size(Node node, String field) {
        String text =
                node instanceof Node.Numeral numeral ? numeral.text() : node instanceof Node.Text it ? it.value() : "";
        return ByteSize.parse(text)
                .orElseThrow(() -> expected(node, "a number of bytes such as 512M, 2GiB or 0x1000", quote(field)));
    }

    private static String quote(String field) {
        return "'" + field + "'";
    }

    public static DocumentException expected(Node node, String wanted, String what) {
        return DocumentException.at(node.place(), what + " is " + node.kind() + ", expected " + wanted);
    }
}
