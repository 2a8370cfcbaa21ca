package dev.igvmtool.format;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Reference data in the {@code shared} folder beside the repository. */
public final class SharedData {
    private SharedData() {}

    /** The folder or file; where it is missing, the test is skipped. */
    public static Path require(String relativePath) {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path candidate = folder.resolve("shared/testdata").resolve(relativePath);
            if (Files.exists(candidate)) {
                return candidate;
            }
        }
        Assumptions.abort("reference test data " + relativePath + " is not on this machine");
        throw new AssertionError("unreachable");
    }
}
