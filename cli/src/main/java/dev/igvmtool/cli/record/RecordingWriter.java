package dev.igvmtool.cli.record;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import dev.igvmtool.debugger.Input;
import dev.igvmtool.debugger.Journal;
import dev.igvmtool.debugger.record.TurnRecord;
import dev.igvmtool.host.config.VmConfig;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** Writes a recording as it grows: a line of JSON for the head, for each input, for each turn, and for the end. */
public final class RecordingWriter implements Closeable {
    /** Name and version of the format. */
    public static final String SCHEMA = "igvmtool.recording/1";

    /** So many turns have lines of their own; of the rest every 1024th has. */
    static final long ALL_TURNS = 200_000;

    private static final long SPARSE = 1024;

    private final JsonGenerator json;

    /** Begins a recording on {@code stream}, which stays open. */
    public RecordingWriter(OutputStream stream, String tool, Recording.Image image, List<String> stages, VmConfig host)
            throws IOException {
        json = new JsonFactory()
                .createGenerator(stream)
                .setPrettyPrinter(new MinimalPrettyPrinter("\n"))
                .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        json.writeStartObject();
        json.writeStringField("schema", SCHEMA);
        json.writeStringField("tool", tool);
        json.writeFieldName("image");
        RecordJson.write(json, Recording.Image.class, image);
        json.writeArrayFieldStart("stages");
        for (String stage : stages) {
            json.writeString(stage);
        }
        json.writeEndArray();
        json.writeFieldName("host");
        RecordJson.write(json, VmConfig.class, host);
        json.writeEndObject();
    }

    /** Writes an input. */
    public void input(Journal.Entry entry) throws IOException {
        json.writeStartObject();
        json.writeNumberField("before", entry.turn());
        json.writeFieldName("input");
        RecordJson.write(json, Input.class, entry.input());
        json.writeEndObject();
    }

    /** Writes a turn, unless it is one of many. */
    public void turn(TurnRecord turn) throws IOException {
        if (turn.turn() >= ALL_TURNS && turn.turn() % SPARSE != 0) {
            return;
        }
        json.writeStartObject();
        json.writeNumberField("turn", turn.turn());
        json.writeNumberField("vp", turn.vp());
        json.writeNumberField("vtl", turn.vtl());
        json.writeStringField("rip", "0x" + Long.toHexString(turn.rip()));
        json.writeStringField("step", turn.step());
        json.writeNumberField("events", turn.events());
        json.writeStringField("hash", "0x" + Long.toHexString(turn.hash()));
        json.writeEndObject();
    }

    /** Writes the end. */
    public void end(Recording.End end) throws IOException {
        json.writeStartObject();
        json.writeFieldName("end");
        json.writeStartObject();
        json.writeNumberField("turns", end.turns());
        json.writeNumberField("steps", end.steps());
        json.writeStringField("hash", "0x" + Long.toHexString(end.hash()));
        json.writeEndObject();
        json.writeEndObject();
    }

    @Override
    public void close() throws IOException {
        json.writeRaw('\n');
        json.close();
    }
}
