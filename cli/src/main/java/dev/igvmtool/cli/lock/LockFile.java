package dev.igvmtool.cli.lock;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.cli.lock.BuildLock.Item;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Locks as JSON: one object, fields by name, the same bytes for the same lock. */
public final class LockFile {
    private static final String SCHEMA = "igvmtool.lock/1";
    private static final int MAX_BYTES = 64 << 20;
    private static final int MAX_DEPTH = 8;

    private LockFile() {}

    /** The file of a lock. */
    public static Bytes write(BuildLock lock) {
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text).setPrettyPrinter(printer)) {
            json.writeStartObject();
            json.writeStringField("schema", SCHEMA);
            json.writeStringField("tool", lock.tool());
            writeTexts(json, "options", lock.options());
            writeItems(json, "inputs", lock.inputs());
            writeItems(json, "outputs", lock.outputs());
            writeTexts(json, "launchDigests", lock.launchDigests());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Bytes.utf8(text + "\n");
    }

    private static void writeTexts(JsonGenerator json, String name, Map<String, String> texts) throws IOException {
        json.writeObjectFieldStart(name);
        for (Map.Entry<String, String> text : texts.entrySet()) {
            json.writeStringField(text.getKey(), text.getValue());
        }
        json.writeEndObject();
    }

    private static void writeItems(JsonGenerator json, String name, Map<String, Item> items) throws IOException {
        json.writeObjectFieldStart(name);
        for (Map.Entry<String, Item> item : items.entrySet()) {
            json.writeObjectFieldStart(item.getKey());
            if (!item.getValue().from().isEmpty()) {
                json.writeStringField("from", item.getValue().from());
            }
            json.writeNumberField("sizeBytes", item.getValue().sizeBytes());
            json.writeStringField("sha256", item.getValue().sha256());
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    /**
     * Reads a lock.
     *
     * @throws FormatException if it is none, or of another version
     */
    public static BuildLock read(Bytes file) {
        if (file.size() > MAX_BYTES) {
            throw new FormatException("lock of " + file.size() + " bytes, expected at most " + MAX_BYTES);
        }
        JsonNode root = parse(file);
        String schema = text(root, "schema");
        if (!schema.equals(SCHEMA)) {
            throw new FormatException("'schema' of the lock is not '" + SCHEMA + "'");
        }
        return new BuildLock(
                text(root, "tool"),
                map(root, "options", LockFile::text),
                map(root, "inputs", LockFile::item),
                map(root, "outputs", LockFile::item),
                map(root, "launchDigests", LockFile::text));
    }

    private static JsonNode parse(Bytes file) {
        JsonFactory factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        try (JsonParser parser = factory.createParser(file.toByteArray())) {
            JsonMapper mapper = JsonMapper.builder(factory)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();
            JsonNode root = mapper.readTree(parser);
            if (root == null || !root.isObject()) {
                throw new FormatException("no lock: expected a JSON object");
            }
            return root;
        } catch (JsonProcessingException e) {
            String reason = e.getOriginalMessage();
            int end = reason.indexOf('\n');
            throw new FormatException("no lock: " + (end < 0 ? reason : reason.substring(0, end)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> Map<String, T> map(JsonNode root, String field, Function<JsonNode, T> reader) {
        JsonNode node = root.path(field);
        if (!node.isObject()) {
            throw new FormatException("'" + field + "' of the lock is no object");
        }
        Map<String, T> result = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            result.put(entry.getKey(), reader.apply(entry.getValue()));
        }
        return result;
    }

    private static Item item(JsonNode node) {
        JsonNode size = node.path("sizeBytes");
        if (!size.canConvertToLong() || !size.isIntegralNumber()) {
            throw new FormatException("'sizeBytes' in the lock is no number of bytes");
        }
        return new Item(node.has("from") ? text(node, "from") : "", size.longValue(), text(node, "sha256"));
    }

    private static String text(JsonNode node, String field) {
        if (!node.path(field).isTextual()) {
            throw new FormatException("'" + field + "' in the lock is no string");
        }
        return text(node.path(field));
    }

    private static String text(JsonNode node) {
        if (!node.isTextual()) {
            throw new FormatException("a value in the lock is no string");
        }
        return node.textValue();
    }
}
