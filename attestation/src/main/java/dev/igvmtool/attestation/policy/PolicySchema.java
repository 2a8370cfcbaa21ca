package dev.igvmtool.attestation.policy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The JSON Schema of policies, for editors: {@code docs/schema/policy.schema.json}. */
public final class PolicySchema {
    private static final String NAME = "policy.schema.json";

    private PolicySchema() {}

    /** The schema as text. */
    public static String text() {
        try (InputStream in = PolicySchema.class.getResourceAsStream(NAME)) {
            if (in == null) {
                throw new IllegalStateException(NAME + " is not in the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
