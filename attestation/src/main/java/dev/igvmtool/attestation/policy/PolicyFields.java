package dev.igvmtool.attestation.policy;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.snp.FirmwareVersion;
import dev.igvmtool.document.Fields;
import dev.igvmtool.document.Node;
import dev.igvmtool.document.Shape;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** One structure of a policy, with the kinds of values that policies have. */
final class PolicyFields {
    private static final Pattern HEX = Pattern.compile("([0-9a-fA-F]{2})+");
    private static final Pattern VERSION = Pattern.compile("([0-9]{1,3})\\.([0-9]{1,3})");
    private static final int MAX_BYTE = 0xff;

    private final Fields fields;

    PolicyFields(Node node, Shape shape) {
        fields = new Fields(node, shape, true);
    }

    Optional<PolicyFields> structure(String name, Shape shape) {
        return fields.optional(name).map(node -> new PolicyFields(node, shape));
    }

    List<PolicyFields> structures(String name, Shape shape) {
        return list(name).stream().map(node -> new PolicyFields(node, shape)).toList();
    }

    boolean flagOr(String name, boolean otherwise) {
        return fields.flagOr(name, otherwise);
    }

    Optional<Long> number(String name, long max) {
        return fields.optional(name).map(node -> Fields.number(node, name, max));
    }

    OptionalInt integer(String name, int max) {
        return number(name, max).map(value -> OptionalInt.of(value.intValue())).orElse(OptionalInt.empty());
    }

    Optional<String> text(String name) {
        return fields.optional(name).map(node -> Fields.text(node, name));
    }

    String requiredText(String name) {
        return fields.requiredText(name);
    }

    Set<String> texts(String name) {
        return list(name).stream()
                .map(node -> Fields.text(node, name))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** The elements of a list, or one value alone. */
    List<Node> list(String name) {
        return fields.optional(name)
                .map(node -> node instanceof Node.Sequence list ? list.elements() : List.of(node))
                .orElse(List.of());
    }

    Optional<Bytes> hex(String name, int size) {
        return fields.optional(name).map(node -> hex(node, name, size));
    }

    /** Of any length up to {@code max} bytes. */
    Optional<Bytes> hexUpTo(String name, int max) {
        return fields.optional(name)
                .map(node -> hex(node, name, Math.min(max, plain(node).length() / 2)));
    }

    Optional<Node> node(String name) {
        return fields.optional(name);
    }

    /** One value or a list of them. */
    Set<Bytes> hexes(String name, int size) {
        return list(name).stream()
                .map(node -> hex(node, name, size))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Digits that look like a number stand for themselves. */
    static Bytes hex(Node node, String name, int size) {
        String text = plain(node);
        if (text.length() != 2 * size || !HEX.matcher(text).matches()) {
            throw Fields.expected(node, 2 * size + " hexadecimal digits", "'" + name + "'");
        }
        return Bytes.fromHex(text);
    }

    private static String plain(Node node) {
        return node instanceof Node.Text text ? text.value() : node instanceof Node.Numeral it ? it.text() : "";
    }

    /** {@code 1.49}, in quotes or not. */
    Optional<FirmwareVersion> version(String name) {
        return fields.optional(name).map(node -> {
            Matcher matcher = VERSION.matcher(plain(node));
            if (matcher.matches()
                    && Integer.parseInt(matcher.group(1)) <= MAX_BYTE
                    && Integer.parseInt(matcher.group(2)) <= MAX_BYTE) {
                return new FirmwareVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
            }
            throw Fields.expected(node, "a version such as 1.49", "'" + name + "'");
        });
    }

    <E extends Enum<E>> Optional<E> choice(String name, List<E> values, Function<E, String> text) {
        return fields.optional(name).map(node -> choice(node, name, values, text));
    }

    <E extends Enum<E>> Optional<Set<E>> choices(String name, List<E> values, Function<E, String> text) {
        return fields.optional(name).map(any -> list(name).stream()
                .map(node -> choice(node, name, values, text))
                .collect(Collectors.toCollection(LinkedHashSet::new)));
    }

    private static <E extends Enum<E>> E choice(Node node, String name, List<E> values, Function<E, String> text) {
        String found = Fields.text(node, name);
        return values.stream()
                .filter(value -> text.apply(value).equals(found))
                .findFirst()
                .orElseThrow(() -> Fields.expected(
                        node,
                        "one of " + values.stream().map(text).collect(Collectors.joining(", ")),
                        "'" + name + "'"));
    }

    static <E extends Enum<E>> List<E> all(Class<E> type) {
        return Arrays.asList(type.getEnumConstants());
    }
}
