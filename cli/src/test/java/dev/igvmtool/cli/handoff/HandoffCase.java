package dev.igvmtool.cli.handoff;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** One case of the hand-over test data. */
record HandoffCase(String name, Path folder) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** All cases, sorted; tests are skipped where the data is missing. */
    static List<HandoffCase> all() {
        try (Stream<Path> folders = Files.list(SharedTestData.require("handoff/cases"))) {
            return folders.map(folder -> new HandoffCase(String.valueOf(folder.getFileName()), folder))
                    .sorted(Comparator.comparing(HandoffCase::name))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean has(String file) {
        return Files.exists(folder.resolve(file));
    }

    Bytes bytes(String file) {
        try {
            return Bytes.wrap(Files.readAllBytes(folder.resolve(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode json(String file) {
        return parse(bytes(file).toUtf8());
    }

    /** Lines of an {@code ndjson} file. */
    List<JsonNode> lines(String file) {
        return bytes(file).toUtf8().lines().map(HandoffCase::parse).toList();
    }

    /** A number that the data writes in hexadecimal. */
    static long hex(JsonNode node) {
        return Long.parseUnsignedLong(node.asText().substring(2), 16);
    }

    @Override
    public String toString() {
        return name;
    }

    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
