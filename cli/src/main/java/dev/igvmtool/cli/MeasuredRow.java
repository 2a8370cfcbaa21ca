package dev.igvmtool.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.measurement.Coverage;
import dev.igvmtool.measurement.Step;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A digest that {@code measure} found, with what led to it.
 *
 * @param name platform or register
 * @param facts what else a script may want to know, by field name
 * @param label what tells rows of the same name apart, before the digest; may be empty
 * @param steps empty unless asked for
 * @param coverage if asked for
 */
record MeasuredRow(
        String name,
        Map<String, String> facts,
        String label,
        Bytes digest,
        List<Step> steps,
        Optional<Coverage> coverage) {

    void print(PrintStream out) {
        for (Step step : steps) {
            String gpa =
                    step.gpa().isPresent() ? String.format("0x%012x", step.gpa().getAsLong()) : "-";
            out.printf(
                    "  %-15s %-14s %s%s%n",
                    step.what(),
                    gpa,
                    step.digest().toHex(),
                    step.detail().isEmpty() ? "" : "  " + Printable.escape(step.detail()));
        }
        out.println(name + " " + (label.isEmpty() ? "" : label + " ") + digest.toHex());
        coverage.ifPresent(it -> print(it, out));
    }

    private static void print(Coverage coverage, PrintStream out) {
        for (Coverage.Kind kind : Coverage.Kind.values()) {
            out.printf("  %8d pages: %s%n", coverage.pages(kind), kind.text());
        }
        coverage.runs().stream()
                .filter(run -> run.kind() == Coverage.Kind.NOTHING)
                .forEach(run ->
                        out.println("    " + run.range() + " " + run.kind().text()));
        switch (coverage.sharedPages()) {
            case NONE -> {}
            case MATCHES -> out.println("  the image's hash over all shared pages matches");
            case DIFFERS -> out.println("  the image's hash over all shared pages is not that of these pages");
        }
    }

    void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        for (Map.Entry<String, String> fact : facts.entrySet()) {
            json.writeStringField(fact.getKey(), fact.getValue());
        }
        json.writeStringField("digest", digest.toHex());
        if (!steps.isEmpty()) {
            json.writeArrayFieldStart("steps");
            for (Step step : steps) {
                write(step, json);
            }
            json.writeEndArray();
        }
        if (coverage.isPresent()) {
            write(coverage.get(), json);
        }
        json.writeEndObject();
    }

    private static void write(Step step, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("what", step.what());
        if (step.gpa().isPresent()) {
            json.writeStringField("gpa", "0x" + Long.toHexString(step.gpa().getAsLong()));
        }
        json.writeBooleanField("withContent", step.withContent());
        json.writeStringField("detail", step.detail());
        json.writeStringField("digest", step.digest().toHex());
        json.writeEndObject();
    }

    private static void write(Coverage coverage, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("coverage");
        json.writeNumberField("contentPages", coverage.pages(Coverage.Kind.CONTENT));
        json.writeNumberField("addressPages", coverage.pages(Coverage.Kind.ADDRESS));
        json.writeNumberField("pageHashPages", coverage.pages(Coverage.Kind.PAGE_HASH));
        json.writeNumberField("uncoveredPages", coverage.pages(Coverage.Kind.NOTHING));
        json.writeStringField("sharedPagesHash", coverage.sharedPages().name().toLowerCase(java.util.Locale.ROOT));
        json.writeArrayFieldStart("runs");
        for (Coverage.Run run : coverage.runs()) {
            json.writeStartObject();
            json.writeStringField(
                    "startGpa", "0x" + Long.toHexString(run.range().start()));
            json.writeStringField("endGpa", "0x" + Long.toHexString(run.range().end()));
            json.writeStringField("kind", run.kind().text());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
