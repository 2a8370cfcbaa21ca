package dev.igvmtool.cli.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageCacheTest {
    private static final Instant PAST = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path folder;

    private Path sample;
    private ImageCache cache;

    @BeforeEach
    void makeSample() throws IOException {
        sample = Files.createDirectory(folder.resolve("sample"));
        Files.createDirectory(sample.resolve("root"));
        Files.writeString(sample.resolve("root/file"), "text");
        Files.writeString(sample.resolve("manifest.yaml"), """
                guest_arch: x64
                guest_configs:
                  - guest_svn: 1
                    max_vtl: 2
                    isolation_type: none
                    image: {openhcl: {command_line: "", memory_page_count: 16384, linux: {use_initrd: false, command_line: ""}}}
                resources:
                  openhcl_boot: {stage: boot-shim}
                  underhill_kernel: {stage: kernel-stub}
                  underhill_initrd: {initrd: {folder: root}}
                  linux_kernel: {stage: guest}
                """);
        age();
        cache = new ImageCache(folder.resolve("cache"), "program");
    }

    /** What has just been written is too young to be trusted. */
    private void age() throws IOException {
        try (Stream<Path> files = Files.walk(sample)) {
            for (Path file : files.toList()) {
                Files.setLastModifiedTime(file, FileTime.from(PAST));
            }
        }
    }

    @Test
    void buildsOnceWhileNothingChanges() throws IOException {
        Path image = get(cache);
        FileTime built = mark(image);
        assertEquals(image, get(cache));
        assertEquals(built, Files.getLastModifiedTime(image));
    }

    @Test
    void changedManifestIsBuiltAgain() throws IOException {
        FileTime built = mark(get(cache));
        Path manifest = sample.resolve("manifest.yaml");
        Files.writeString(manifest, Files.readString(manifest).replace("guest_svn: 1", "guest_svn: 2"));
        assertNotEquals(built, Files.getLastModifiedTime(get(cache)));
    }

    @Test
    void newFileInTheInitrdFolderIsBuiltAgain() throws IOException {
        FileTime built = mark(get(cache));
        Files.writeString(sample.resolve("root/another"), "text");
        assertNotEquals(built, Files.getLastModifiedTime(get(cache)));
    }

    @Test
    void otherProgramBuildsAgain() throws IOException {
        FileTime built = mark(get(cache));
        assertNotEquals(built, Files.getLastModifiedTime(get(new ImageCache(folder.resolve("cache"), "newer"))));
    }

    private Path get(ImageCache from) throws IOException {
        return from.get(BootImage.in(sample).orElseThrow());
    }

    private static FileTime mark(Path image) throws IOException {
        Files.setLastModifiedTime(image, FileTime.from(PAST));
        return Files.getLastModifiedTime(image);
    }
}
