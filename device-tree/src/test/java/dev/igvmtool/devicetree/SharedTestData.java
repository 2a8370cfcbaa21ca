package dev.igvmtool.devicetree;

import dev.igvmtool.abi.binary.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Test data of other projects, in {@code shared/testdata} beside the repository or beside one of its ancestors. */
public final class SharedTestData {
    private SharedTestData() {}

    /** A folder or file of the test data; the calling test is skipped where it is missing. */
    public static Path path(String relative) {
        Optional<Path> found = find(relative);
        Assumptions.assumeTrue(found.isPresent(), "shared/testdata/" + relative + " is not there");
        return found.orElseThrow();
    }

    /** The entries of a folder, sorted; none where it is missing. */
    public static List<Path> list(String relative) {
        Optional<Path> folder = find(relative);
        if (folder.isEmpty()) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder.orElseThrow())) {
            return entries.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Content of a file. */
    public static Bytes read(Path file) {
        try {
            return Bytes.wrap(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Path> find(String relative) {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path candidate = folder.resolve("shared/testdata").resolve(relative);
            if (Files.exists(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }
}
