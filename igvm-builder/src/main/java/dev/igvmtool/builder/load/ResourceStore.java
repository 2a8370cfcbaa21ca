package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.builder.manifest.ManifestException;
import dev.igvmtool.builder.manifest.ResourceKey;
import dev.igvmtool.builder.manifest.ResourceSource;
import dev.igvmtool.builder.manifest.Resources;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Contents of resources, each opened or made once, when first asked for. */
public final class ResourceStore {
    private static final int ARCHIVE_ALIGNMENT = 4;

    private final Resources resources;
    private final StageImages stages;
    private final Map<ResourceKey, Resource> opened = new EnumMap<>(ResourceKey.class);
    private final List<BuildInput> inputs = new ArrayList<>();

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
        Resource resource = new Resource(name(key, source), open(source, key));
        opened.put(key, resource);
        return resource;
    }

    private static String name(ResourceKey key, ResourceSource source) {
        if (source instanceof ResourceSource.FromFile file) {
            return "resource " + key + ", " + file.path();
        }
        if (source instanceof ResourceSource.FromKernel file) {
            return "resource " + key + ", " + file.path();
        }
        return source instanceof ResourceSource.FromBzImage file
                ? "resource " + key + ", kernel of " + file.path()
                : "resource " + key;
    }

    /** What was opened so far, whole and as the user has it; parts of archives that are made one by one. */
    public List<BuildInput> inputs() {
        return List.copyOf(inputs);
    }

    private Bytes open(ResourceSource source, ResourceKey key) {
        String what = "resource " + key;
        if (source instanceof ResourceSource.FromFile file) {
            return map(file.path(), key, key.key());
        }
        if (source instanceof ResourceSource.FromKernel file) {
            return read(file.path(), key, key.key(), KernelFile::unpack);
        }
        if (source instanceof ResourceSource.FromBzImage file) {
            return read(file.path(), key, key.key(), content -> BzImage.read(content)
                    .unpackElf());
        }
        if (source instanceof ResourceSource.FromStage stage) {
            Bytes content = stage(stages, stage.stage(), what);
            inputs.add(new BuildInput(key.key(), Optional.empty(), "stage " + stage.stage(), content));
            return content;
        }
        return initrd((ResourceSource.FromEntries) source, key);
    }

    /** @param name of the input */
    private Bytes map(Path file, ResourceKey key, String name) {
        Bytes content = InputFile.map(file, "resource " + key);
        inputs.add(new BuildInput(name, Optional.of(file), "", content));
        return content;
    }

    private Bytes read(Path file, ResourceKey key, String name, UnaryOperator<Bytes> reader) {
        Bytes content = map(file, key, name);
        try {
            return reader.apply(content);
        } catch (FormatException e) {
            throw e.in("resource " + key + ", " + file);
        }
    }

    /** Archives one behind the other, each where the kernel looks for the next one. */
    private Bytes initrd(ResourceSource.FromEntries source, ResourceKey key) {
        ByteWriter initrd = new ByteWriter();
        for (int i = 0; i < source.archives().size(); i++) {
            initrd.bytes(read(source.archives().get(i), key, key + "[" + i + "]", content -> {
                CpioCheck.check(content);
                return content;
            }));
            initrd.alignTo(ARCHIVE_ALIGNMENT);
        }
        if (source.entries().isEmpty()) {
            return initrd.toBytes();
        }
        InitrdArchive archive = new InitrdArchive(
                stages,
                (name, mode, file, content) -> inputs.add(
                        new BuildInput(key + ":/" + name, file, "mode " + Integer.toOctalString(mode), content)));
        Bytes made = archive.write(source.entries());
        return source.archives().isEmpty() ? made : initrd.bytes(made).toBytes();
    }

    static Bytes stage(StageImages stages, String name, String what) {
        return stages.find(name)
                .orElseThrow(() -> new ManifestException(what + ": there is no stage program '" + name + "'"));
    }
}
