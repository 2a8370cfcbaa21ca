package dev.igvmtool.builder.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.igvmtool.document.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The published schema against the reader: the same names everywhere, and the same manifests pass. */
class ManifestSchemaTest {
    private static final JsonNode TREE = tree();
    private static final JsonSchema SCHEMA =
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(TREE);

    /** Definitions without names of their own. */
    private static final Set<String> VALUES = Set.of("variable", "flag", "u8", "u32", "u64", "size", "words", "path");

    private static JsonNode tree() {
        try {
            return new JsonMapper().readTree(ManifestSchema.text());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Names that a definition lists itself, whichever of its alternatives; not those of its parts. */
    private static Set<String> names(JsonNode definition) {
        Set<String> names = new TreeSet<>();
        definition.path("properties").fieldNames().forEachRemaining(names::add);
        definition.path("enum").forEach(value -> names.add(value.asText()));
        definition.path("anyOf").forEach(part -> names.addAll(names(part)));
        return names;
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
            assertEquals(new TreeSet<>(shape.known(true)), names(definitions.path(shape.id())), shape.id());
            known.add(shape.id());
        }
        Set<String> defined = new TreeSet<>();
        definitions.fieldNames().forEachRemaining(defined::add);
        assertEquals(known, defined);
    }

    @Test
    void schemaRefusesOtherNamesWhereverTheReaderDoes() {
        JsonNode definitions = TREE.path("$defs");
        for (JsonNode definition : definitions) {
            Stream.concat(Stream.of(definition), stream(definition.path("anyOf")))
                    .filter(it -> it.has("properties"))
                    .forEach(it -> assertFalse(it.path("additionalProperties").asBoolean(true), it.toString()));
        }
    }

    private static Stream<JsonNode> stream(JsonNode list) {
        Stream.Builder<JsonNode> result = Stream.builder();
        list.forEach(result);
        return result.build();
    }

    @Test
    void everySampleIsValidAndReadable() throws IOException {
        Path samples = samples();
        List<Path> manifests;
        try (Stream<Path> files = Files.walk(samples, 2)) {
            manifests = files.filter(it -> it.endsWith("manifest.yaml")).toList();
        }
        assertFalse(manifests.isEmpty());
        for (Path manifest : manifests) {
            assertEquals(Set.of(), findings(Files.readString(manifest)), manifest.toString());
            ManifestReader.read(manifest);
        }
    }

    private static Path samples() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve("samples"))) {
            folder = folder.getParent();
        }
        return folder.resolve("samples");
    }

    @Test
    void schemaAndReaderTakeAndRefuseTheSame() throws IOException {
        for (String good : OwnManifests.GOOD) {
            assertEquals(Set.of(), findings(good), good);
            ManifestReader.read("m.yaml", good, Path.of("/b"));
        }
        for (String bad : OwnManifests.SHAPED_WRONG) {
            assertFalse(findings(bad).isEmpty(), bad);
        }
        assertTrue(OwnManifests.SHAPED_WRONG.size() > 5);
    }
}
