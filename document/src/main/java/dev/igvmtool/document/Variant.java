package dev.igvmtool.document;

import java.util.List;
import java.util.Optional;

/**
 * A value of an externally tagged enumeration: {@code "none"}, or {@code {"vbs": {...}}}.
 *
 * @param name one of the known names
 * @param body what follows the name, if anything but null does
 */
public record Variant(Place place, String name, Optional<Node> body) {
    public static Variant read(Node node, Shape shape) {
        return read(node, shape.what(), shape.known(true));
    }

    public static Variant read(Node node, String what, List<String> known) {
        Variant result;
        if (node instanceof Node.Text text) {
            result = new Variant(node.place(), text.value(), Optional.empty());
        } else if (node instanceof Node.Mapping mapping) {
            if (mapping.members().size() != 1) {
                throw DocumentException.at(
                        node.place(),
                        what + " has " + mapping.members().size() + " keys, expected exactly one of "
                                + String.join(", ", known));
            }
            Node.Member member = mapping.members().get(0);
            Optional<Node> body = Optional.of(member.value()).filter(it -> !(it instanceof Node.Null));
            result = new Variant(member.place(), member.key(), body);
        } else {
            throw Fields.expected(node, "one of " + String.join(", ", known), what);
        }
        if (!known.contains(result.name)) {
            String hint = Nearest.to(result.name, known)
                    .map(meant -> ", did you mean '" + meant + "'?")
                    .orElse(", expected one of " + String.join(", ", known));
            throw DocumentException.at(
                    result.place, "unknown value '" + Quoted.of(result.name) + "' for " + what + hint);
        }
        return result;
    }

    /** The body, of a variant that has fields. */
    public Node fields() {
        return body.orElseThrow(
                () -> DocumentException.at(place, "'" + name + "' needs an object with its fields behind it"));
    }

    /** Refuses a body, of a variant that has no fields. */
    public Variant unit() {
        if (body.isPresent()) {
            throw DocumentException.at(
                    body.get().place(),
                    "'" + name + "' takes no value, found " + body.get().kind());
        }
        return this;
    }
}
