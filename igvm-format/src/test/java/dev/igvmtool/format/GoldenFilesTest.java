package dev.igvmtool.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The output of the reference generator, read and written back. */
class GoldenFilesTest {
    static List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(SharedTestData.require("golden/cases"))) {
            return all.filter(path -> path.toString().endsWith(".bin")).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void isTheSameAfterReadingAndWriting(Path path) throws IOException {
        Bytes original = Bytes.wrap(Files.readAllBytes(path));

        IgvmFile file = IgvmReader.read(path);

        assertEquals(original, IgvmWriter.toBytes(file));
    }

    @Test
    void thereAreGoldenFiles() throws IOException {
        assertFalse(files().isEmpty());
    }
}
