package dev.igvmtool.builder.manifest;

import dev.igvmtool.document.Quoted;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** Which resources there are, and where each comes from. Immutable. */
public final class Resources {
    private static final Resources NONE = new Resources(new EnumMap<>(ResourceKey.class));

    private final Map<ResourceKey, ResourceSource> sources;

    private Resources(Map<ResourceKey, ResourceSource> sources) {
        this.sources = sources;
    }

    /** No resources. */
    public static Resources none() {
        return NONE;
    }

    /** These resources and one more, which replaces the one of the same key. */
    public Resources with(ResourceKey key, ResourceSource source) {
        EnumMap<ResourceKey, ResourceSource> result = new EnumMap<>(ResourceKey.class);
        result.putAll(sources);
        result.put(key, source);
        return new Resources(result);
    }

    /** These resources and those of {@code other}, which win. */
    public Resources with(Resources other) {
        Resources result = this;
        for (Map.Entry<ResourceKey, ResourceSource> entry : other.sources.entrySet()) {
            result = result.with(entry.getKey(), entry.getValue());
        }
        return result;
    }

    /** The source of a resource, if it is there. */
    public Optional<ResourceSource> find(ResourceKey key) {
        return Optional.ofNullable(sources.get(key));
    }

    /** All sources, in order of {@link ResourceKey}. */
    public Map<ResourceKey, ResourceSource> asMap() {
        return Collections.unmodifiableMap(sources);
    }

    /**
     * The resource that {@code KEY=PATH} on a command line names.
     *
     * @param folder relative paths start here
     * @throws ManifestException if it has another form or an unknown key
     */
    public Resources withOption(String option, Path folder) {
        int sign = option.indexOf('=');
        if (sign <= 0 || sign == option.length() - 1) {
            throw new ManifestException("resource '" + Quoted.of(option) + "' is not of the form KEY=PATH");
        }
        String name = option.substring(0, sign);
        ResourceKey key =
                ResourceKey.of(name).orElseThrow(() -> new ManifestException(ResourceReader.unknownKey(name)));
        return with(key, new ResourceSource.FromFile(folder.resolve(option.substring(sign + 1))));
    }
}
