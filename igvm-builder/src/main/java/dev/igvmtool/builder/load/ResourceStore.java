package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.builder.manifest.ManifestException;
import dev.igvmtool.builder.manifest.ResourceKey;
import dev.igvmtool.builder.manifest.ResourceSource;
import dev.igvmtool.builder.manifest.Resources;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Contents of resources, each opened or made once, when first asked for. */
public final class ResourceStore {
    private final Resources resources;
    private final StageImages stages;
    private final Map<ResourceKey, Resource> opened = new EnumMap<>(ResourceKey.class);

    /** A store that opens nothing yet. */
    public ResourceStore(Resources resources, StageImages stages) {
        this.resources = resources;
        this.stages = stages;
    }

    /** True if there is such a resource. */
    public boolean has(ResourceKey key) {
        return resources.find(key).isPresent();
    }

    /** Fails with the list of those that are missing, if any is. */
    public void require(Collection<ResourceKey> keys) {
        List<ResourceKey> missing = keys.stream().filter(key -> !has(key)).toList();
        if (!missing.isEmpty()) {
            throw new ManifestException("missing resources: " + missing + ", the image needs " + keys);
        }
    }

    /** A resource with its content. */
    Resource get(ResourceKey key) {
        Resource known = opened.get(key);
        if (known != null) {
            return known;
        }
        ResourceSource source =
                resources.find(key).orElseThrow(() -> new ManifestException("missing resources: [" + key + "]"));
        Resource resource = new Resource(name(key, source), open(source, "resource " + key));
        opened.put(key, resource);
        return resource;
    }

    private static String name(ResourceKey key, ResourceSource source) {
        if (source instanceof ResourceSource.FromFile file) {
            return "resource " + key + ", " + file.path();
        }
        return source instanceof ResourceSource.FromBzImage file
                ? "resource " + key + ", kernel of " + file.path()
                : "resource " + key;
    }

    private Bytes open(ResourceSource source, String what) {
        if (source instanceof ResourceSource.FromFile file) {
            return InputFile.map(file.path(), what);
        }
        if (source instanceof ResourceSource.FromBzImage file) {
            try {
                return BzImage.read(InputFile.map(file.path(), what)).unpackElf();
            } catch (FormatException e) {
                throw e.in(what + ", " + file.path());
            }
        }
        if (source instanceof ResourceSource.FromStage stage) {
            return stage(stages, stage.stage(), what);
        }
        return new InitrdArchive(stages).write(((ResourceSource.FromEntries) source).entries());
    }

    static Bytes stage(StageImages stages, String name, String what) {
        return stages.find(name)
                .orElseThrow(() -> new ManifestException(what + ": there is no stage program '" + name + "'"));
    }
}
