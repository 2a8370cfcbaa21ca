package dev.igvmtool.attestation.json;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.document.Node;
import dev.igvmtool.document.Quoted;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * An object whose members are asked for by name and type; null is the same as absent. Every error names the path of the
 * member: {@code tcbInfo.tcbLevels[0].tcb.pcesvn}.
 */
public final class JsonObject {
    private static final Pattern HEX = Pattern.compile("([0-9a-fA-F]{2})*");
    private static final Pattern DECIMAL = Pattern.compile("0|[1-9][0-9]{0,17}");

    private final Map<String, Node> members;
    private final String place;

    private JsonObject(Map<String, Node> members, String place) {
        this.members = members;
        this.place = place;
    }

    static JsonObject of(Node node, String place) {
        if (!(node instanceof Node.Mapping mapping)) {
            throw new FormatException(
                    (place.isEmpty() ? "the document" : place) + " is " + node.kind() + ", expected an object");
        }
        Map<String, Node> members = new LinkedHashMap<>();
        JsonObject object = new JsonObject(members, place);
        for (Node.Member member : mapping.members()) {
            if (members.put(member.key(), member.value()) != null) {
                throw new FormatException("field " + object.place(Quoted.of(member.key())) + " stands twice");
            }
        }
        return object;
    }

    private String place(String name) {
        return place.isEmpty() ? name : place + "." + name;
    }

    /**
     * Refuses members with other names.
     *
     * @throws FormatException that names the first one
     */
    public void refuseOthersThan(Set<String> names) {
        for (String name : members.keySet()) {
            if (!names.contains(name)) {
                throw new FormatException(
                        "unknown field " + place(Quoted.of(name)) + ", expected one of " + new TreeSet<>(names));
            }
        }
    }

    private Optional<Node> member(String name) {
        return Optional.ofNullable(members.get(name)).filter(value -> !(value instanceof Node.Null));
    }

    /** True if the member is there and not null. */
    public boolean has(String name) {
        return member(name).isPresent();
    }

    private FormatException missing(String name) {
        return new FormatException("field " + place(name) + " is missing");
    }

    private FormatException wrong(String name, Node value, String expected) {
        return new FormatException("field " + place(name) + " is " + value.kind() + ", expected " + expected);
    }

    /** An error about the value of a member. */
    public FormatException error(String name, String message) {
        return new FormatException("field " + place(name) + " " + message);
    }

    /** An object. */
    public Optional<JsonObject> object(String name) {
        return member(name).map(value -> of(value, place(name)));
    }

    /** An object that must be there. */
    public JsonObject requiredObject(String name) {
        return object(name).orElseThrow(() -> missing(name));
    }

    /** A list of objects; empty if there is none. */
    public List<JsonObject> objects(String name) {
        return has(name) ? requiredObjects(name) : List.of();
    }

    /** A list of objects that must be there. */
    public List<JsonObject> requiredObjects(String name) {
        Node list = member(name).orElseThrow(() -> missing(name));
        List<JsonObject> objects = new ArrayList<>();
        for (Node element : elements(name, list)) {
            objects.add(of(element, place(name) + "[" + objects.size() + "]"));
        }
        return objects;
    }

    private List<Node> elements(String name, Node value) {
        if (value instanceof Node.Sequence list) {
            return list.elements();
        }
        throw wrong(name, value, "a list");
    }

    /** A text. */
    public Optional<String> text(String name) {
        return member(name).map(value -> text(name, value));
    }

    /** A text that must be there. */
    public String requiredText(String name) {
        return text(name).orElseThrow(() -> missing(name));
    }

    private String text(String name, Node value) {
        if (value instanceof Node.Text text) {
            return text.value();
        }
        throw wrong(name, value, "a text");
    }

    /** A list of texts; no member is no text. */
    public List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        member(name).ifPresent(value -> elements(name, value)
                .forEach(element -> texts.add(text(name + "[" + texts.size() + "]", element))));
        return texts;
    }

    /** A whole number from 0 to {@code max} that must be there. */
    public long requiredNumber(String name, long max) {
        Node value = member(name).orElseThrow(() -> missing(name));
        if (value instanceof Node.Numeral numeral
                && DECIMAL.matcher(numeral.text()).matches()) {
            long number = Long.parseLong(numeral.text());
            if (number <= max) {
                return number;
            }
        }
        throw wrong(name, value, "a whole number from 0 to " + max);
    }

    /** Bytes in hexadecimal digits that must be there. */
    public Bytes requiredHex(String name, int size) {
        String text = requiredText(name);
        if (text.length() != 2 * size || !HEX.matcher(text).matches()) {
            throw error(name, "is '" + Quoted.of(text) + "', expected " + 2 * size + " hexadecimal digits");
        }
        return Bytes.fromHex(text);
    }

    /** Bytes in hexadecimal digits, up to {@code max}, that must be there. */
    public Bytes hexUpTo(String name, int max) {
        String text = requiredText(name);
        if (text.length() > 2 * max || text.isEmpty() || !HEX.matcher(text).matches()) {
            throw error(name, "is '" + Quoted.of(text) + "', expected 2 to " + 2 * max + " hexadecimal digits");
        }
        return Bytes.fromHex(text);
    }

    /** The simple members: texts, numbers and flags, each as its text. */
    public Map<String, String> simpleMembers() {
        Map<String, String> simple = new LinkedHashMap<>();
        members.forEach((name, value) -> {
            if (value instanceof Node.Text text) {
                simple.put(name, text.value());
            } else if (value instanceof Node.Numeral numeral) {
                simple.put(name, numeral.text());
            } else if (value instanceof Node.Flag flag) {
                simple.put(name, String.valueOf(flag.value()));
            }
        });
        return simple;
    }
}
