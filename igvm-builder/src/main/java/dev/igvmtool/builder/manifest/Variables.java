package dev.igvmtool.builder.manifest;

import dev.igvmtool.document.DocumentException;
import dev.igvmtool.document.DocumentReader;
import dev.igvmtool.document.Fields;
import dev.igvmtool.document.Nearest;
import dev.igvmtool.document.Node;
import dev.igvmtool.document.Place;
import dev.igvmtool.document.Quoted;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@code variables} of a manifest and their use in its strings: a dollar sign and a name in braces, behind the name
 * perhaps {@code :-} and what stands for a variable without a value. A second dollar sign in front makes it plain text. A
 * string that is nothing but a variable takes its value as it is, so that numbers stay numbers.
 *
 * <p>A default may use variables declared before it, and no others: there is no cycle to be found. Values set from
 * outside are taken literally.
 */
final class Variables {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Pattern INTEGER = Pattern.compile("0|[1-9][0-9]*");
    private static final String OPEN = "${";
    private static final String OTHERWISE = ":-";

    /** What all strings of a manifest may grow to. */
    private static final int MAX_EXPANDED = DocumentReader.MAX_BYTES;

    private final Map<String, Optional<Node>> values = new LinkedHashMap<>();
    private final Map<String, Place> declared = new LinkedHashMap<>();
    private final Set<String> used = new HashSet<>();
    private int expanded;
    private boolean declaring = true;

    private Variables() {}

    /**
     * A document without its variables.
     *
     * @param values those that have one, by name
     */
    record Result(Node root, Map<String, String> values) {
        Result {
            values = Collections.unmodifiableMap(new TreeMap<>(values));
        }
    }

    /**
     * Takes {@code variables} out of a manifest and puts their values where they are used.
     *
     * @param set values from outside, by name
     */
    static Result apply(Node root, Map<String, String> set) {
        if (!(root instanceof Node.Mapping top)) {
            return new Result(root, Map.of());
        }
        Variables variables = new Variables();
        List<Node.Member> others = new ArrayList<>();
        boolean seen = false;
        for (Node.Member member : top.members()) {
            if (!member.key().equals("variables")) {
                others.add(member);
            } else if (seen) {
                throw DocumentException.at(member.place(), "field 'variables' is repeated in the manifest");
            } else {
                seen = true;
                variables.declare(member.value(), set);
            }
        }
        variables.declaring = false;
        for (String name : set.keySet()) {
            if (!variables.values.containsKey(name)) {
                throw new ManifestException(top.place().file() + ": variable '" + Quoted.of(name) + "' is set, but "
                        + variables.unknown(name));
            }
        }
        Node rest = variables.expand(new Node.Mapping(top.place(), others));
        variables.checkUsed();
        return new Result(rest, variables.texts());
    }

    private void declare(Node node, Map<String, String> set) {
        if (!(node instanceof Node.Mapping mapping)) {
            throw Fields.expected(node, "an object of names and defaults", "'variables'");
        }
        for (Node.Member member : mapping.members()) {
            String name = member.key();
            if (!NAME.matcher(name).matches()) {
                throw DocumentException.at(
                        member.place(),
                        "'" + Quoted.of(name)
                                + "' is no name of a variable, expected letters, digits and _ without a digit first");
            }
            if (values.containsKey(name)) {
                throw DocumentException.at(member.place(), "variable '" + name + "' is repeated");
            }
            Node value = member.value();
            if (value instanceof Node.Mapping || value instanceof Node.Sequence) {
                throw Fields.expected(value, "a string, a number, true or false", "variable '" + name + "'");
            }
            String given = set.get(name);
            Optional<Node> result = given != null
                    ? Optional.of(typed(name, value, given))
                    : Optional.of(value)
                            .filter(it -> !(it instanceof Node.Null))
                            .map(this::expand);
            values.put(name, result);
            declared.put(name, member.place());
        }
    }

    /** A value from outside is of the kind of the default; without one it is what it looks like. */
    private static Node typed(String name, Node otherwise, String text) {
        boolean number = INTEGER.matcher(text).matches();
        boolean flag = text.equals("true") || text.equals("false");
        boolean open = otherwise instanceof Node.Null;
        if (otherwise instanceof Node.Numeral && !number) {
            throw new ManifestException("variable '" + name + "' is set to '" + Quoted.of(text)
                    + "', expected a number in decimal, as its default is");
        }
        if (otherwise instanceof Node.Flag && !flag) {
            throw new ManifestException("variable '" + name + "' is set to '" + Quoted.of(text)
                    + "', expected true or false, as its default is");
        }
        if (otherwise instanceof Node.Numeral || open && number) {
            return new Node.Numeral(otherwise.place(), text);
        }
        return otherwise instanceof Node.Flag || open && flag
                ? new Node.Flag(otherwise.place(), text.equals("true"))
                : new Node.Text(otherwise.place(), text);
    }

    private Node expand(Node node) {
        if (node instanceof Node.Mapping mapping) {
            List<Node.Member> members = new ArrayList<>();
            for (Node.Member member : mapping.members()) {
                members.add(new Node.Member(member.place(), member.key(), expand(member.value())));
            }
            return new Node.Mapping(mapping.place(), members);
        }
        if (node instanceof Node.Sequence sequence) {
            return new Node.Sequence(
                    sequence.place(),
                    sequence.elements().stream().map(this::expand).toList());
        }
        return node instanceof Node.Text text && text.value().contains(OPEN) ? expandText(text) : node;
    }

    private Node expandText(Node.Text node) {
        String text = node.value();
        StringBuilder result = new StringBuilder();
        int at = 0;
        while (true) {
            int open = text.indexOf(OPEN, at);
            if (open < 0) {
                result.append(text, at, text.length());
                return new Node.Text(node.place(), result.toString());
            }
            if (open > at && text.charAt(open - 1) == '$') {
                result.append(text, at, open - 1).append(OPEN);
                at = open + OPEN.length();
                continue;
            }
            int close = text.indexOf('}', open);
            if (close < 0) {
                throw DocumentException.at(node.place(), "'${' without '}' in '" + Quoted.of(text) + "'");
            }
            Node value = value(node.place(), text.substring(open + OPEN.length(), close));
            if (open == 0 && close == text.length() - 1) {
                return value;
            }
            String string = textOf(value);
            expanded += string.length();
            if (expanded > MAX_EXPANDED) {
                throw DocumentException.at(
                        node.place(), "variables make the manifest longer than " + MAX_EXPANDED + " characters");
            }
            result.append(text, at, open).append(string);
            at = close + 1;
        }
    }

    /** @param reference what stands between the braces */
    private Node value(Place place, String reference) {
        int colon = reference.indexOf(OTHERWISE);
        String name = colon < 0 ? reference : reference.substring(0, colon);
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            throw DocumentException.at(
                    place,
                    "'${" + Quoted.of(reference) + "}' is no use of a variable, expected ${name} or ${name:-text}");
        }
        if (!values.containsKey(name)) {
            throw DocumentException.at(place, "variable '" + name + "' " + unknown(name));
        }
        used.add(name);
        Optional<Node> value = values.get(name);
        if (value != null && value.isPresent()) {
            return at(place, value.get());
        }
        if (colon < 0) {
            throw DocumentException.at(
                    place, "variable '" + name + "' has no value: set it, or write ${" + name + ":-text}");
        }
        return new Node.Text(place, reference.substring(colon + OTHERWISE.length()));
    }

    /** Messages point at the use. */
    private static Node at(Place place, Node value) {
        if (value instanceof Node.Numeral it) {
            return new Node.Numeral(place, it.text());
        }
        return value instanceof Node.Flag it ? new Node.Flag(place, it.value()) : new Node.Text(place, textOf(value));
    }

    private static String textOf(Node value) {
        if (value instanceof Node.Text it) {
            return it.value();
        }
        return value instanceof Node.Numeral it ? it.text() : String.valueOf(((Node.Flag) value).value());
    }

    private String unknown(String name) {
        return "is not declared in 'variables'"
                + (declaring ? " before this one" : "")
                + Nearest.to(name, values.keySet())
                        .map(meant -> ", did you mean '" + meant + "'?")
                        .orElse("");
    }

    private void checkUsed() {
        declared.forEach((name, place) -> {
            if (!used.contains(name)) {
                throw DocumentException.at(place, "variable '" + name + "' is not used anywhere");
            }
        });
    }

    private Map<String, String> texts() {
        Map<String, String> texts = new TreeMap<>();
        values.forEach((name, value) -> value.ifPresent(it -> texts.put(name, textOf(it))));
        return texts;
    }
}
