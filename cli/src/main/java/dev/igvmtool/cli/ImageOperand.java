package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.cli.boot.BootImage;
import dev.igvmtool.cli.boot.ImageCache;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An image named on the command line: an IGVM file, or a folder that is built first.
 *
 * @param name as the user wrote it; {@code -} is standard input
 */
record ImageOperand(String name) {
    /**
     * An image as it was read.
     *
     * @param content of the file
     * @param source the folder that it was built from, if it was
     */
    record Image(IgvmFile file, Bytes content, Optional<BootImage> source) {}

    IgvmFile read(Console console) throws IOException {
        return load(console).file();
    }

    Image load(Console console) throws IOException {
        Path folder = Path.of(name);
        if (!Files.isDirectory(folder)) {
            return read(console, name, Optional.empty());
        }
        BootImage source = BootImage.in(folder)
                .orElseThrow(() -> new CommandException(name + ": folder without manifest.yaml or manifest.json"));
        Optional<ImageCache> cache = Optional.ofNullable(System.getProperty("igvmtool.cache"))
                .map(place -> new ImageCache(Path.of(place), System.getProperty("igvmtool.build", "")));
        if (cache.isEmpty()) {
            Bytes content = source.build().content();
            return new Image(IgvmReader.read(content), content, Optional.of(source));
        }
        return read(console, cache.get().get(source).toString(), Optional.of(source));
    }

    private static Image read(Console console, String file, Optional<BootImage> source) {
        return new InputFile(file).read(console, content -> new Image(IgvmReader.read(content), content, source));
    }
}
