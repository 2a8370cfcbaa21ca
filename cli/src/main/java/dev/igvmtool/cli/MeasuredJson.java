package dev.igvmtool.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.igvmtool.measurement.Coverage;
import dev.igvmtool.measurement.Step;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;

/** Rows of {@code measure} for scripts. */
final class MeasuredJson {
    private MeasuredJson() {}

    static void write(MeasuredRow row, boolean withSteps, JsonGenerator json) throws IOException {
        json.writeStartObject();
        for (Map.Entry<String, String> fact : row.facts().entrySet()) {
            json.writeStringField(fact.getKey(), fact.getValue());
        }
        json.writeStringField("digest", row.digest().toHex());
        if (withSteps) {
            json.writeArrayFieldStart("steps");
            row.steps().accept(step -> write(step, json));
            json.writeEndArray();
        }
        if (row.coverage().isPresent()) {
            write(row.coverage().get(), json);
        }
        json.writeEndObject();
    }

    private static void write(Step step, JsonGenerator json) {
        try {
            json.writeStartObject();
            json.writeStringField("what", step.what());
            if (step.gpa().isPresent()) {
                json.writeStringField("gpa", hex(step.gpa().getAsLong()));
            }
            json.writeBooleanField("withContent", step.withContent());
            json.writeStringField("detail", step.detail());
            json.writeStringField("digest", step.digest().toHex());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Coverage coverage, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("coverage");
        json.writeNumberField("contentPages", coverage.pages(Coverage.Kind.CONTENT));
        json.writeNumberField("addressPages", coverage.pages(Coverage.Kind.ADDRESS));
        json.writeNumberField("pageHashPages", coverage.pages(Coverage.Kind.PAGE_HASH));
        json.writeNumberField("uncoveredPages", coverage.pages(Coverage.Kind.NOTHING));
        json.writeStringField("sharedPagesHash", coverage.sharedPages().name().toLowerCase(Locale.ROOT));
        json.writeArrayFieldStart("runs");
        for (Coverage.Run run : coverage.runs()) {
            json.writeStartObject();
            json.writeStringField("startGpa", hex(run.range().start()));
            json.writeStringField("endGpa", hex(run.range().end()));
            json.writeStringField("kind", run.kind().text());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static String hex(long address) {
        return "0x" + Long.toHexString(address);
    }
}
