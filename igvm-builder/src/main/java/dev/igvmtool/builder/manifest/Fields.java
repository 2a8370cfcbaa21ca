package dev.igvmtool.builder.manifest;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One object of a document, read as a structure with known fields. A repeated field is an error. Unknown fields are
 * ignored as igvmfilegen does, unless the structure is strict or the field is a slip of a known one that is absent:
 * better to ask than to build something else.
 */
final class Fields {
    private static final Pattern DECIMAL = Pattern.compile("0|[1-9][0-9]*");
    private static final int MAX_DIGITS = 20;
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,15})([KMGT])iB");
    private static final int PAGE_BITS = 12;

    private final String what;
    private final Place place;
    private final Map<String, Node> values = new HashMap<>();

    /** @param strict true for our own form: unknown fields and nulls are errors, own fields are known */
    Fields(Node node, Shape shape, boolean strict) {
        this.what = shape.what();
        List<String> known = shape.known(strict);
        if (!(node instanceof Node.Mapping mapping)) {
            throw expected(node, "an object", what);
        }
        this.place = mapping.place();
        for (Node.Member member : mapping.members()) {
            if (values.put(member.key(), member.value()) != null) {
                throw ManifestException.at(
                        member.place(), "field '" + Quoted.of(member.key()) + "' is repeated in " + what);
            }
        }
        for (Node.Member member : mapping.members()) {
            if (!known.contains(member.key())) {
                checkUnknown(member, strict, known);
            } else if (strict && member.value() instanceof Node.Null) {
                throw ManifestException.at(
                        member.value().place(), "'" + member.key() + "' has no value; leave it out or give one");
            }
        }
    }

    private void checkUnknown(Node.Member member, boolean strict, List<String> known) {
        List<String> absent =
                known.stream().filter(field -> !values.containsKey(field)).toList();
        Optional<String> meant = Nearest.to(member.key(), absent);
        String unknown = "unknown field '" + Quoted.of(member.key()) + "' in " + what;
        if (meant.isPresent()) {
            throw ManifestException.at(member.place(), unknown + ", did you mean '" + meant.get() + "'?");
        }
        if (strict) {
            throw ManifestException.at(member.place(), unknown + ", which has " + String.join(", ", known));
        }
    }

    Place place() {
        return place;
    }

    /** The structure's name in messages. */
    String what() {
        return what;
    }

    boolean has(String field) {
        return optional(field).isPresent();
    }

    /** An error about the value of a field, at its place. */
    ManifestException at(String field, String message) {
        Node value = values.get(field);
        return ManifestException.at(value == null ? place : value.place(), message);
    }

    /**
     * A number of pages, from a count or from a size; not from both.
     *
     * @param count field with a number of 4 KiB pages
     * @param size field with a size such as {@code 512MiB}
     */
    OptionalLong pages(String count, String size) {
        if (!has(size)) {
            return optionalInteger(count, -1L);
        }
        if (has(count)) {
            throw at(size, "'" + size + "' and '" + count + "' in " + what + " say the same, expected one of them");
        }
        return OptionalLong.of(bytes(required(size), size) >>> PAGE_BITS);
    }

    /** Bytes, a multiple of a page. */
    private static long bytes(Node node, String field) {
        if (node instanceof Node.Text it) {
            Matcher matcher = SIZE.matcher(it.value());
            if (matcher.matches()) {
                int shift = 10 * ("KMGT".indexOf(matcher.group(2)) + 1);
                long number = Long.parseLong(matcher.group(1));
                if (number <= Long.MAX_VALUE >> shift) {
                    long bytes = number << shift;
                    if ((bytes & ((1L << PAGE_BITS) - 1)) != 0) {
                        throw ManifestException.at(
                                node.place(), "'" + field + "' is " + it.value() + ", expected a multiple of 4KiB");
                    }
                    return bytes;
                }
            }
        }
        throw expected(node, "a size such as 512MiB, in KiB, MiB, GiB or TiB", "'" + field + "'");
    }

    /** The value of a field; absent or null means empty. */
    Optional<Node> optional(String field) {
        return Optional.ofNullable(values.get(field)).filter(value -> !(value instanceof Node.Null));
    }

    /** The value of a field, which must be there (null is a value here). */
    Node required(String field) {
        Node value = values.get(field);
        if (value == null) {
            throw ManifestException.at(place, "missing field '" + field + "' in " + what);
        }
        return value;
    }

    boolean requiredFlag(String field) {
        return flag(required(field), field);
    }

    /** serde: a defaulted field may be absent, but not null. */
    boolean flagOr(String field, boolean otherwise) {
        Node value = values.get(field);
        return value == null ? otherwise : flag(value, field);
    }

    String requiredText(String field) {
        return text(required(field), field);
    }

    String textOr(String field, String otherwise) {
        Node value = values.get(field);
        return value == null ? otherwise : text(value, field);
    }

    /** @param max largest value, unsigned */
    long requiredInteger(String field, long max) {
        return integer(required(field), field, max);
    }

    /** @param max largest value, unsigned */
    OptionalLong optionalInteger(String field, long max) {
        Optional<Node> value = optional(field);
        return value.isEmpty() ? OptionalLong.empty() : OptionalLong.of(integer(value.get(), field, max));
    }

    static boolean flag(Node node, String field) {
        if (node instanceof Node.Flag it) {
            return it.value();
        }
        throw expected(node, "true or false", "'" + field + "'");
    }

    static String text(Node node, String field) {
        if (!(node instanceof Node.Text it)) {
            throw expected(node, "a string", "'" + field + "'");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(it.value())) {
            throw ManifestException.at(node.place(), "'" + field + "' has half of a surrogate pair, which is no UTF-8");
        }
        return it.value();
    }

    static long integer(Node node, String field, long max) {
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

    static ManifestException expected(Node node, String wanted, String what) {
        return ManifestException.at(node.place(), what + " is " + node.kind() + ", expected " + wanted);
    }
}
