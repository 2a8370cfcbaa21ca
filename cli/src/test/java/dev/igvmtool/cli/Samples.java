package dev.igvmtool.cli;

import java.nio.file.Files;
import java.nio.file.Path;

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
}
