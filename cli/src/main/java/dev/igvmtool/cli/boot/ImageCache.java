package dev.igvmtool.cli.boot;

import dev.igvmtool.abi.binary.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Built images, kept until one of their inputs changes: place, size and time of every file that went in, and the program
 * itself. One folder for each manifest holds the image and a list of its inputs.
 *
 * @param folder of the cache
 * @param program identifies the program that builds
 */
public record ImageCache(Path folder, String program) {
    private static final String IMAGE = "image.igvm";
    private static final String INPUTS = "inputs";

    /**
     * The image as a file, built if needed.
     *
     * @throws dev.igvmtool.builder.manifest.ManifestException if it cannot be built
     */
    public Path get(BootImage image) throws IOException {
        Path entry = folder.resolve(name(image.manifest().toAbsolutePath().normalize()));
        Path file = entry.resolve(IMAGE);
        if (Files.exists(file) && isFresh(entry.resolve(INPUTS))) {
            return file;
        }
        Instant start = Instant.now();
        BootImage.Built built = image.build();
        List<String> lines = new ArrayList<>(List.of(program));
        boolean settled = true;
        for (Path input : built.inputs()) {
            for (Path part : parts(input.toAbsolutePath().normalize())) {
                state(part).ifPresent(lines::add);
                settled &= Files.getLastModifiedTime(part, LinkOption.NOFOLLOW_LINKS)
                        .toInstant()
                        .isBefore(start);
            }
        }
        Files.createDirectories(entry);
        Files.deleteIfExists(entry.resolve(INPUTS));
        write(file, built.content());
        // What changed during the build may or may not be in the image.
        if (settled) {
            write(entry.resolve(INPUTS), Bytes.utf8(String.join("\n", lines)));
        }
        return file;
    }

    private boolean isFresh(Path list) throws IOException {
        if (!Files.exists(list)) {
            return false;
        }
        List<String> lines = Files.readAllLines(list);
        if (lines.isEmpty() || !lines.get(0).equals(program)) {
            return false;
        }
        for (String line : lines.subList(1, lines.size())) {
            Path input = Path.of(line.substring(line.indexOf(' ', line.indexOf(' ') + 1) + 1));
            if (!state(input).equals(Optional.of(line))) {
                return false;
            }
        }
        return true;
    }

    /** A file, or a folder and everything in it. */
    private static List<Path> parts(Path input) throws IOException {
        try (Stream<Path> files = Files.walk(input, isSource(input) ? Integer.MAX_VALUE : 0)) {
            return files.sorted().toList();
        }
    }

    /** A folder with a manifest is looked at itself; what it holds was named. */
    private static boolean isSource(Path input) {
        return BootImage.in(input).isEmpty();
    }

    /** Time and size of what stands at a path; empty if nothing does. */
    private static Optional<String> state(Path file) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        BasicFileAttributes attributes =
                Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return Optional.of(
                attributes.lastModifiedTime() + " " + (attributes.isDirectory() ? 0 : attributes.size()) + " " + file);
    }

    private static void write(Path target, Bytes content) throws IOException {
        Path temporary = Files.createTempFile(target.toAbsolutePath().getParent(), ".new", null);
        Files.write(temporary, content.toByteArray());
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String name(Path manifest) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(manifest.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
