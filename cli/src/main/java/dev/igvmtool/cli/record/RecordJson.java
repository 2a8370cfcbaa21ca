package dev.igvmtool.cli.record;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Values made of records as JSON, and back. The names are those of the components; nothing is left out, so a value that was
 * read is equal to the one that was written. 64-bit numbers are hexadecimal strings, bytes hexadecimal digits, an absent
 * value is null; a case of a sealed type has its name in {@code is}.
 */
final class RecordJson {
    private static final String CASE = "is";
    private static final String CONSTANT = "constant";
    private static final int HEX = 16;

    private RecordJson() {}

    /** Writes a value of a record or sealed type. */
    static void write(JsonGenerator json, Type type, Object value) throws IOException {
        if (type instanceof ParameterizedType generic) {
            writeGeneric(json, generic, value);
        } else if (type == int.class || type == Integer.class) {
            json.writeNumber((Integer) value);
        } else if (type == long.class || type == Long.class) {
            json.writeString("0x" + Long.toHexString((Long) value));
        } else if (type == boolean.class) {
            json.writeBoolean((Boolean) value);
        } else if (type == String.class) {
            json.writeString((String) value);
        } else if (type == Bytes.class) {
            json.writeString(((Bytes) value).toHex());
        } else if (type == OptionalInt.class) {
            OptionalInt optional = (OptionalInt) value;
            writeOptional(json, int.class, optional.isPresent() ? Optional.of(optional.getAsInt()) : Optional.empty());
        } else if (type == OptionalLong.class) {
            OptionalLong optional = (OptionalLong) value;
            writeOptional(
                    json, long.class, optional.isPresent() ? Optional.of(optional.getAsLong()) : Optional.empty());
        } else if (type instanceof Class<?> declared && declared.isEnum()) {
            json.writeString(((Enum<?>) value).name());
        } else {
            writeRecord(json, (Class<?>) type, value);
        }
    }

    private static void writeOptional(JsonGenerator json, Type type, Optional<?> value) throws IOException {
        if (value.isPresent()) {
            write(json, type, value.get());
        } else {
            json.writeNull();
        }
    }

    private static void writeGeneric(JsonGenerator json, ParameterizedType type, Object value) throws IOException {
        Type first = type.getActualTypeArguments()[0];
        if (value instanceof Optional<?> optional) {
            writeOptional(json, first, optional);
        } else if (value instanceof List<?> list) {
            json.writeStartArray();
            for (Object element : list) {
                write(json, first, element);
            }
            json.writeEndArray();
        } else if (value instanceof Map<?, ?> map) {
            json.writeStartArray();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                json.writeStartArray();
                write(json, first, entry.getKey());
                write(json, type.getActualTypeArguments()[1], entry.getValue());
                json.writeEndArray();
            }
            json.writeEndArray();
        } else {
            throw new IllegalArgumentException(type + " has no form in JSON");
        }
    }

    private static void writeRecord(JsonGenerator json, Class<?> declared, Object value) throws IOException {
        json.writeStartObject();
        if (!declared.isRecord()) {
            Class<?> type = value instanceof Enum<?> constant ? constant.getDeclaringClass() : value.getClass();
            json.writeStringField(CASE, type.getSimpleName());
        }
        if (value instanceof Enum<?> constant) {
            json.writeStringField(CONSTANT, constant.name());
            json.writeEndObject();
            return;
        }
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            json.writeFieldName(component.getName());
            try {
                write(json, component.getGenericType(), component.getAccessor().invoke(value));
            } catch (ReflectiveOperationException e) {
                throw new IllegalArgumentException("component " + component + " cannot be read", e);
            }
        }
        json.writeEndObject();
    }

    /**
     * Reads a value.
     *
     * @param path of the node, for messages
     * @throws FormatException if the node is not the form of such a value
     */
    static Object read(JsonNode node, Type type, String path) {
        if (type instanceof ParameterizedType generic) {
            return readGeneric(node, generic, path);
        }
        if (type == int.class || type == Integer.class) {
            require(node.isInt(), path, "a number of 32 bits");
            return node.intValue();
        }
        if (type == long.class || type == Long.class) {
            return number(node, path);
        }
        if (type == boolean.class) {
            require(node.isBoolean(), path, "true or false");
            return node.booleanValue();
        }
        if (type == String.class) {
            return text(node, path);
        }
        if (type == Bytes.class) {
            return bytes(node, path);
        }
        if (type == OptionalInt.class) {
            return node.isNull() ? OptionalInt.empty() : OptionalInt.of((Integer) read(node, int.class, path));
        }
        if (type == OptionalLong.class) {
            return node.isNull() ? OptionalLong.empty() : OptionalLong.of(number(node, path));
        }
        Class<?> raw = (Class<?>) type;
        if (raw.isEnum()) {
            return constant(text(node, path), raw, path);
        }
        return readRecord(node, raw, path);
    }

    private static Object constant(String name, Class<?> type, String path) {
        return Arrays.stream(type.getEnumConstants())
                .filter(it -> ((Enum<?>) it).name().equals(name))
                .findFirst()
                .orElseThrow(() -> new FormatException(
                        path + " is \"" + name + "\", expected one of " + Arrays.toString(type.getEnumConstants())));
    }

    private static void require(boolean holds, String path, String expected) {
        if (!holds) {
            throw new FormatException(path + " is not " + expected);
        }
    }

    static String text(JsonNode node, String path) {
        require(node.isTextual(), path, "a text");
        return node.textValue();
    }

    static long number(JsonNode node, String path) {
        String text = text(node, path);
        try {
            require(text.startsWith("0x"), path, "a hexadecimal number such as \"0x1f\"");
            return Long.parseUnsignedLong(text.substring(2), HEX);
        } catch (NumberFormatException e) {
            throw new FormatException(path + " is not a hexadecimal number such as \"0x1f\"");
        }
    }

    static Bytes bytes(JsonNode node, String path) {
        try {
            return Bytes.fromHex(text(node, path));
        } catch (IllegalArgumentException e) {
            throw new FormatException(path + " is not pairs of hexadecimal digits");
        }
    }

    private static Object readGeneric(JsonNode node, ParameterizedType type, String path) {
        Type first = type.getActualTypeArguments()[0];
        if (type.getRawType() == Optional.class) {
            return node.isNull() ? Optional.empty() : Optional.of(read(node, first, path));
        }
        require(node.isArray(), path, "a list");
        if (type.getRawType() == List.class) {
            List<Object> list = new ArrayList<>();
            for (int i = 0; i < node.size(); i++) {
                list.add(read(node.get(i), first, path + "[" + i + "]"));
            }
            return list;
        }
        Map<Object, Object> map = new TreeMap<>();
        for (int i = 0; i < node.size(); i++) {
            JsonNode entry = node.get(i);
            String place = path + "[" + i + "]";
            require(entry.isArray() && entry.size() == 2, place, "a pair");
            map.put(read(entry.get(0), first, place), read(entry.get(1), type.getActualTypeArguments()[1], place));
        }
        return map;
    }

    private static Object readRecord(JsonNode node, Class<?> declared, String path) {
        require(node.isObject(), path, "an object");
        Class<?> type = declared.isRecord() ? declared : caseOf(node, declared, path);
        if (type.isEnum()) {
            JsonNode name = node.get(CONSTANT);
            require(name != null, path + "." + CONSTANT, "there");
            return constant(text(name, path), type, path);
        }
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            JsonNode field = node.get(components[i].getName());
            require(field != null, path + "." + components[i].getName(), "there");
            types[i] = components[i].getType();
            values[i] = read(field, components[i].getGenericType(), path + "." + components[i].getName());
        }
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            boolean known =
                    Arrays.stream(components).anyMatch(it -> it.getName().equals(name))
                            || name.equals(CASE) && !declared.isRecord();
            require(known, path + "." + name, "a field that is known here");
        }
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw new FormatException(path + ": " + e.getTargetException().getMessage());
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(type + " cannot be made", e);
        }
    }

    private static Class<?> caseOf(JsonNode node, Class<?> sealedType, String path) {
        JsonNode name = node.get(CASE);
        require(name != null && name.isTextual(), path + "." + CASE, "the name of a case");
        for (Class<?> candidate : cases(sealedType)) {
            if (candidate.getSimpleName().equals(name.textValue())) {
                return candidate;
            }
        }
        throw new FormatException(
                path + "." + CASE + " is \"" + name.textValue() + "\", which is not a " + sealedType.getSimpleName());
    }

    private static List<Class<?>> cases(Class<?> type) {
        if (type.isRecord() || type.isEnum()) {
            return List.of(type);
        }
        Class<?>[] permitted = type.getPermittedSubclasses();
        if (permitted == null) {
            throw new IllegalArgumentException(type + " has no form in JSON");
        }
        List<Class<?>> cases = new ArrayList<>();
        for (Class<?> subtype : permitted) {
            cases.addAll(cases(subtype));
        }
        return cases;
    }
}
