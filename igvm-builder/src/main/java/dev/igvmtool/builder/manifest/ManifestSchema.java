package dev.igvmtool.builder.manifest;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The JSON Schema of manifests in our own form, for editors: {@code docs/schema/manifest.schema.json}. */
public final class ManifestSchema {
    private static final String NAME = "manifest.schema.json";

    private ManifestSchema() {}

    /** The schema as text. */
    public static String text() {
        try (InputStream in = ManifestSchema.class.getResourceAsStream(NAME)) {
            if (in == null) {
                throw new IllegalStateException(NAME + " is not in the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
