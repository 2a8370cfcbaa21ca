package dev.igvmtool.cli.boot;

import dev.igvmtool.builder.manifest.InitrdEntry;
import dev.igvmtool.builder.manifest.ResourceSource;
import dev.igvmtool.builder.manifest.Resources;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files and folders of the user's that an image is made of. */
final class InputFiles {
    private InputFiles() {}

    static List<Path> of(BootImage image, Resources resources) {
        List<Path> inputs = new ArrayList<>(List.of(image.manifest()));
        // The folder itself: a file may appear in it.
        Path folder = image.manifest().toAbsolutePath().getParent();
        if (folder != null) {
            inputs.add(folder);
        }
        image.resources().ifPresent(inputs::add);
        for (ResourceSource source : resources.asMap().values()) {
            if (source instanceof ResourceSource.FromFile file) {
                inputs.add(file.path());
            } else if (source instanceof ResourceSource.FromBzImage file) {
                inputs.add(file.path());
            } else if (source instanceof ResourceSource.FromKernel file) {
                inputs.add(file.path());
            } else if (source instanceof ResourceSource.FromEntries archive) {
                inputs.addAll(archive.archives());
                archive.entries().forEach(entry -> add(entry.content(), inputs));
            }
        }
        return inputs;
    }

    private static void add(InitrdEntry.Content content, List<Path> inputs) {
        if (content instanceof InitrdEntry.Content.File file) {
            inputs.add(file.path());
        } else if (content instanceof InitrdEntry.Content.Folder folder) {
            inputs.add(folder.path());
        }
    }
}
