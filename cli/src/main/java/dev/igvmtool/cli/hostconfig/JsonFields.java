package dev.igvmtool.cli.hostconfig;

import com.fasterxml.jackson.databind.JsonNode;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * An object of a JSON document whose fields are asked for by name and type; null is the same as absent. Addresses and
 * sizes are strings in hexadecimal. Every error names the place: {@code ram[1].start}.
 *
 * @param place path of the object from the top; empty for the top
 */
record JsonFields(JsonNode node, String place) {
    /** @throws FormatException if {@code node} is not an object, or has a field that is not in {@code known} */
    static JsonFields of(JsonNode node, String place, Set<String> known) {
        if (!node.isObject()) {
            throw new FormatException(
                    (place.isEmpty() ? "document" : place) + " is " + kind(node) + ", expected an object");
        }
        JsonFields fields = new JsonFields(node, place);
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!known.contains(name)) {
                throw new FormatException("unknown field " + fields.place(name) + ", expected one of " + known);
            }
        }
        return fields;
    }

    Optional<JsonNode> optional(String name) {
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
    }

    private JsonNode required(String name) {
        return optional(name).orElseThrow(() -> new FormatException("field " + place(name) + " is missing"));
    }

    Optional<JsonFields> object(String name, Set<String> known) {
        return optional(name).map(value -> of(value, place(name), known));
    }

    /** The objects of an array; empty if the field is absent. */
    Optional<List<JsonFields>> objects(String name, Set<String> known) {
        return optional(name).map(value -> {
            if (!value.isArray()) {
                throw wrong(name, value, "an array");
            }
            List<JsonFields> elements = new ArrayList<>();
            for (JsonNode element : value) {
                elements.add(of(element, place(name) + "[" + elements.size() + "]", known));
            }
            return elements;
        });
    }

    String text(String name) {
        return text(name, required(name));
    }

    private String text(String name, JsonNode value) {
        if (!value.isTextual()) {
            throw wrong(name, value, "a string");
        }
        return value.textValue();
    }

    Optional<String> optionalText(String name) {
        return optional(name).map(value -> text(name, value));
    }

    Optional<Boolean> flag(String name) {
        return optional(name).map(value -> {
            if (!value.isBoolean()) {
                throw wrong(name, value, "true or false");
            }
            return value.booleanValue();
        });
    }

    int number(String name) {
        return Math.toIntExact(number(name, required(name), Integer.MAX_VALUE));
    }

    Optional<Long> optionalNumber(String name) {
        return optional(name).map(value -> number(name, value, Long.MAX_VALUE));
    }

    private long number(String name, JsonNode value, long maximum) {
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < 0
                || value.longValue() > maximum) {
            throw wrong(name, value, "a whole number from 0 to " + maximum);
        }
        return value.longValue();
    }

    /** The pairs of an object whose names and values are numbers. */
    Map<Integer, Integer> numbersByNumber(String name) {
        Map<Integer, Integer> pairs = new TreeMap<>();
        optional(name).ifPresent(value -> {
            if (!value.isObject()) {
                throw wrong(name, value, "an object");
            }
            for (Map.Entry<String, JsonNode> pair : value.properties()) {
                String at = name + "." + pair.getKey();
                if (!pair.getKey().matches("[0-9]{1,9}")) {
                    throw new FormatException("field " + place(at) + " is not named by a number");
                }
                pairs.put(
                        Integer.parseInt(pair.getKey()),
                        Math.toIntExact(number(at, pair.getValue(), Integer.MAX_VALUE)));
            }
        });
        return pairs;
    }

    long hex(String name) {
        return hex(name, required(name));
    }

    OptionalLong optionalHex(String name) {
        return optional(name).map(value -> OptionalLong.of(hex(name, value))).orElseGet(OptionalLong::empty);
    }

    private long hex(String name, JsonNode value) {
        String text = text(name, value);
        if (!text.matches("0[xX][0-9a-fA-F]{1,16}")) {
            throw wrong(name, value, "a hexadecimal number, 0x1000");
        }
        return Long.parseUnsignedLong(text.substring(2), 16);
    }

    Optional<Bytes> bytes(String name) {
        return optional(name).map(value -> {
            String text = text(name, value);
            if (!text.matches("([0-9a-fA-F]{2})*")) {
                throw wrong(name, value, "pairs of hexadecimal digits");
            }
            return Bytes.fromHex(text);
        });
    }

    /** The range of this object's fields {@code start} and {@code size}. */
    GpaRange range() {
        long start = hex("start");
        long size = hex("size");
        if (start < 0 || size < 0 || start + size < 0 || (start | size) % 4096 != 0) {
            throw new FormatException(String.format(
                    "%s: start 0x%x and size 0x%x, expected multiples of 0x1000 below 2^63", place, start, size));
        }
        return GpaRange.ofSize(start, size);
    }

    private FormatException wrong(String name, JsonNode value, String expected) {
        return new FormatException("field " + place(name) + " is " + kind(value) + ", expected " + expected);
    }

    private static String kind(JsonNode value) {
        if (value.isArray()) {
            return "an array";
        }
        return value.isObject() ? "an object" : value.toString();
    }

    private String place(String name) {
        return place.isEmpty() ? name : place + "." + name;
    }
}
