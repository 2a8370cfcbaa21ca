package dev.igvmtool.cli.record;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.debugger.Input;
import dev.igvmtool.debugger.Journal;
import dev.igvmtool.debugger.record.TurnRecord;
import dev.igvmtool.host.config.VmConfig;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Reads recordings. What is not one is a {@link FormatException} that names the line. */
public final class RecordingReader {
    private static final int MAX_NESTING = 32;
    private static final int MAX_STRING = 64 << 20;

    private final ObjectMapper mapper = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_NESTING)
                    .maxStringLength(MAX_STRING)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());
    private final List<Journal.Entry> inputs = new ArrayList<>();
    private final List<TurnRecord> turns = new ArrayList<>();
    private Optional<Recording.End> end = Optional.empty();

    private RecordingReader() {}

    /** True if a file starts as a recording does. */
    public static boolean isRecording(Bytes content) {
        String start = content.slice(0, Math.min(content.size(), 64)).toUtf8();
        return start.startsWith("{\"schema\":\"igvmtool.recording/");
    }

    /** Reads a whole recording. */
    public static Recording read(Bytes content) {
        return new RecordingReader().lines(content.toUtf8());
    }

    private Recording lines(String text) {
        Iterator<String> lines = text.lines().iterator();
        JsonNode head = at(1, () -> parse(lines.hasNext() ? lines.next() : ""));
        at(1, () -> {
            String schema = RecordJson.text(field(head, "schema"), "schema");
            if (!schema.equals(RecordingWriter.SCHEMA)) {
                throw new FormatException("schema is \"" + schema + "\", expected \"" + RecordingWriter.SCHEMA + "\"");
            }
            return schema;
        });
        for (int number = 2; lines.hasNext(); number++) {
            String line = lines.next();
            if (!line.isBlank()) {
                at(number, () -> {
                    line(parse(line));
                    return line;
                });
            }
        }
        return at(
                1,
                () -> new Recording(
                        RecordJson.text(field(head, "tool"), "tool"),
                        (Recording.Image) RecordJson.read(field(head, "image"), Recording.Image.class, "image"),
                        stages(field(head, "stages")),
                        (VmConfig) RecordJson.read(field(head, "host"), VmConfig.class, "host"),
                        inputs,
                        turns,
                        end.orElseThrow(() -> new FormatException("the recording ends before its end line"))));
    }

    /** Something that is read from a line. */
    private interface Part<T> {
        T read();
    }

    private static <T> T at(int line, Part<T> part) {
        try {
            return part.read();
        } catch (FormatException e) {
            throw e.in("line " + line);
        }
    }

    private JsonNode parse(String line) {
        try {
            JsonNode node = mapper.readTree(line);
            if (node == null || !node.isObject()) {
                throw new FormatException("not an object of JSON");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw new FormatException("not JSON: " + e.getOriginalMessage());
        }
    }

    private static JsonNode field(JsonNode node, String name) {
        JsonNode field = node.get(name);
        if (field == null) {
            throw new FormatException("field " + name + " is missing");
        }
        return field;
    }

    private static List<String> stages(JsonNode node) {
        List<String> stages = new ArrayList<>();
        for (int i = 0; i < node.size(); i++) {
            stages.add(RecordJson.text(node.get(i), "stages[" + i + "]"));
        }
        return stages;
    }

    private void line(JsonNode node) {
        if (end.isPresent()) {
            throw new FormatException("a line behind the end line");
        }
        if (node.has("input")) {
            Input input = (Input) RecordJson.read(node.get("input"), Input.class, "input");
            long before = count(node, "before");
            if (!inputs.isEmpty() && inputs.get(inputs.size() - 1).turn() > before) {
                throw new FormatException("an input before turn " + before + " behind a later one");
            }
            inputs.add(new Journal.Entry(before, input));
        } else if (node.has("turn")) {
            turns.add(turn(node));
        } else if (node.has("end")) {
            JsonNode last = node.get("end");
            end = Optional.of(new Recording.End(
                    count(last, "turns"), count(last, "steps"), RecordJson.number(field(last, "hash"), "hash")));
        } else {
            throw new FormatException("neither an input, nor a turn, nor the end");
        }
    }

    private TurnRecord turn(JsonNode node) {
        TurnRecord turn = new TurnRecord(
                count(node, "turn"),
                (Integer) RecordJson.read(field(node, "vp"), int.class, "vp"),
                (Integer) RecordJson.read(field(node, "vtl"), int.class, "vtl"),
                RecordJson.number(field(node, "rip"), "rip"),
                RecordJson.text(field(node, "step"), "step"),
                (Integer) RecordJson.read(field(node, "events"), int.class, "events"),
                RecordJson.number(field(node, "hash"), "hash"));
        if (!turns.isEmpty() && turns.get(turns.size() - 1).turn() >= turn.turn()) {
            throw new FormatException("turn " + turn.turn() + " behind a later one");
        }
        return turn;
    }

    private static long count(JsonNode node, String name) {
        JsonNode field = field(node, name);
        if (!field.canConvertToLong() || !field.isIntegralNumber() || field.longValue() < 0) {
            throw new FormatException(name + " is not a count");
        }
        return field.longValue();
    }
}
