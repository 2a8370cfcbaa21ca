package dev.igvmtool.host.config.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.igvmtool.document.DocumentException;
import dev.igvmtool.document.Shape;
import dev.igvmtool.testing.HandoffCase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The published schema against the reader: the same names everywhere, and the same configurations pass. */
class HostConfigSchemaTest {
    private static final JsonNode TREE = tree();
    private static final JsonSchema SCHEMA =
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(TREE);

    /** Definitions without names of their own. */
    private static final Set<String> VALUES = Set.of("number", "size", "hex", "file");

    private static JsonNode tree() {
        try {
            return new JsonMapper().readTree(HostConfigSchema.text());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Set<String> findings(String yaml) throws IOException {
        Set<String> findings = new TreeSet<>();
        SCHEMA.validate(new YAMLMapper().readTree(yaml)).forEach(it -> findings.add(it.getMessage()));
        return findings;
    }

    @Test
    void schemaAndReaderHaveTheSameNames() {
        JsonNode definitions = TREE.path("$defs");
        Set<String> known = new TreeSet<>(VALUES);
        for (Shape shape : Shapes.ALL) {
            Set<String> names = new TreeSet<>();
            JsonNode definition = definitions.path(shape.id());
            definition.path("properties").fieldNames().forEachRemaining(names::add);
            definition.path("enum").forEach(value -> names.add(value.asText()));
            assertEquals(new TreeSet<>(shape.known(true)), names, shape.id());
            assertFalse(
                    definition.has("properties")
                            && definition.path("additionalProperties").asBoolean(true),
                    shape.id());
            known.add(shape.id());
        }
        Set<String> defined = new TreeSet<>();
        definitions.fieldNames().forEachRemaining(defined::add);
        assertEquals(known, defined);
    }

    @Test
    void everyConfigurationOfTheReferenceDataIsValid() throws IOException {
        for (HandoffCase golden : HandoffCase.all()) {
            assertEquals(Set.of(), findings(golden.bytes("config.json").toUtf8()), golden.name());
        }
    }

    @Test
    void schemaAndReaderTakeAndRefuseTheSame() throws IOException {
        for (String good : HostConfigs.GOOD) {
            assertEquals(Set.of(), findings(good), good);
            HostConfigReader.read("h.yaml", good, Path.of("/nonexistent")).build();
        }
        for (String bad : HostConfigs.BAD) {
            assertFalse(findings(bad).isEmpty(), bad);
            assertThrows(
                    DocumentException.class, () -> HostConfigReader.read("h.yaml", bad, Path.of("/nonexistent")), bad);
        }
    }
}
