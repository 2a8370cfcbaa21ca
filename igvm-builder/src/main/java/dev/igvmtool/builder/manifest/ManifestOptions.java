package dev.igvmtool.builder.manifest;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a manifest in our own form may be given from outside.
 *
 * @param variables values of variables, by name
 * @param root folder that its resources must lie in, links followed; the folder of the manifest if empty
 */
public record ManifestOptions(Map<String, String> variables, Optional<Path> root) {
    /** Defaults only. */
    public static final ManifestOptions NONE = new ManifestOptions(Map.of(), Optional.empty());

    public ManifestOptions {
        variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
    }
}
