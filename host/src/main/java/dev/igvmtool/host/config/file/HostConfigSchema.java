package dev.igvmtool.host.config.file;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The JSON Schema of host configurations, for editors: {@code docs/schema/host.schema.json}. */
public final class HostConfigSchema {
    private static final String NAME = "host.schema.json";

    private HostConfigSchema() {}

    /** The schema as text. */
    public static String text() {
        try (InputStream in = HostConfigSchema.class.getResourceAsStream(NAME)) {
            if (in == null) {
                throw new IllegalStateException(NAME + " is not in the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
