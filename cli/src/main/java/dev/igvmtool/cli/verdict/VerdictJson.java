package dev.igvmtool.cli.verdict;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Verdict;
import java.io.IOException;

/** A verdict as JSON: groups have {@code children}, checks have {@code found}, {@code expected}, {@code clause}. */
public final class VerdictJson {
    private VerdictJson() {}

    /** Writes one object. */
    public static void write(Verdict verdict, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", verdict.name());
        json.writeStringField("outcome", verdict.outcome().text());
        if (verdict instanceof Group group) {
            json.writeArrayFieldStart("children");
            for (Verdict child : group.children()) {
                write(child, json);
            }
            json.writeEndArray();
        } else if (verdict instanceof Check check) {
            json.writeBooleanField("required", check.required());
            json.writeStringField("found", check.found());
            json.writeStringField("expected", check.expected());
            json.writeStringField("clause", check.clause());
            json.writeStringField("note", check.note());
        }
        json.writeEndObject();
    }
}
