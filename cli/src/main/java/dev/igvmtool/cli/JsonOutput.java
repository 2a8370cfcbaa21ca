package dev.igvmtool.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.OutputStream;

/** One JSON object with a {@code schema} field, for scripts. */
final class JsonOutput {
    /** Writes the fields after {@code schema}. */
    interface Fields {
        void writeTo(JsonGenerator json) throws IOException;
    }

    private JsonOutput() {}

    /** @param schema name and version: {@code igvmtool.inspect/1} */
    static void print(Console console, String schema, Fields fields) throws IOException {
        write(console.out(), schema, fields);
        console.out().println();
    }

    private static void write(OutputStream stream, String schema, Fields fields) throws IOException {
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));
        try (JsonGenerator json = new JsonFactory()
                .createGenerator(stream)
                .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
                .setPrettyPrinter(printer)) {
            json.writeStartObject();
            json.writeStringField("schema", schema);
            fields.writeTo(json);
            json.writeEndObject();
        }
    }
}
