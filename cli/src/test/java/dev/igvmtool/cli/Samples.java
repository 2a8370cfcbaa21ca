package dev.igvmtool.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The folder of samples of this repository. */
public final class Samples {
    private Samples() {}

    public static Path folder(String name) {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path sample = folder.resolve("samples").resolve(name);
            if (Files.isRegularFile(sample.resolve("manifest.yaml"))) {
                return sample;
            }
        }
        throw new AssertionError("samples/" + name + " is in no folder above the working directory");
    }

    /** A copy of a sample in a folder that does not exist yet, with one text of its manifest replaced by another. */
    static Path variant(String name, Path target, String text, String replacement) throws IOException {
        Path sample = folder(name);
        List<Path> files;
        try (Stream<Path> walk = Files.walk(sample)) {
            files = walk.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            Path copy = target.resolve(sample.relativize(file).toString());
            Files.createDirectories(copy.getParent());
            Files.copy(file, copy);
        }
        Path manifest = target.resolve("manifest.yaml");
        String before = Files.readString(manifest);
        if (!before.contains(text)) {
            throw new AssertionError(manifest + " does not have: " + text);
        }
        Files.writeString(manifest, before.replace(text, replacement));
        return target;
    }
}
