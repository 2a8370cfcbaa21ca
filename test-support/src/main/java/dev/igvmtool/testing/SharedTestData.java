package dev.igvmtool.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * Reference data of other projects, which is not part of this repository: the folder {@code shared/testdata} beside
 * the repository, or in any folder above it. The system property {@code igvmtool.testdata} names another place.
 */
public final class SharedTestData {
    private SharedTestData() {}

    /**
     * A file or folder of the reference data.
     *
     * @param relativePath below {@code testdata}, such as {@code golden/cases}
     * @return the existing path; where it is missing the test is skipped with the reason
     */
    public static Path require(String relativePath) {
        Path found = find(relativePath);
        Assumptions.assumeTrue(
                Files.exists(found), () -> "reference test data " + relativePath + " is not on this machine");
        return found;
    }

    private static Path find(String relativePath) {
        String property = System.getProperty("igvmtool.testdata");
        if (property != null) {
            return Path.of(property).resolve(relativePath);
        }
        Path start = Path.of("").toAbsolutePath();
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            Path candidate = folder.resolve("shared").resolve("testdata").resolve(relativePath);
            if (Files.exists(candidate)) {
                return candidate;
            }
        }
        return start.resolve("shared").resolve("testdata").resolve(relativePath);
    }
}
