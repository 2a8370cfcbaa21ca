package dev.igvmtool.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The conformance corpus: which files are read, and what they are after writing them back. */
class CorpusTest {
    /** One line of the table of verdicts. */
    record Verdict(String file, String expect, String rewriteIdentical) {
        @Override
        public String toString() {
            return expect + " " + file;
        }
    }

    static List<Verdict> verdicts() throws IOException {
        return Files.readAllLines(SharedTestData.require("igvm-corpus/verdicts.tsv")).stream()
                .skip(1)
                .map(line -> line.split("\t"))
                .map(columns -> new Verdict(columns[0], columns[4], columns[9]))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("verdicts")
    void isReadOrRefusedAsTheTableSays(Verdict verdict) throws IOException {
        Path path = SharedTestData.require("igvm-corpus").resolve(verdict.file());
        Bytes content = Bytes.wrap(Files.readAllBytes(path));
        switch (verdict.expect()) {
            case "accept", "warn" -> checkRewriting(verdict, content);
            case "refuse" -> {
                FormatException error = assertThrows(FormatException.class, () -> IgvmReader.read(content));
                assertFalse(error.getMessage().contains("\n"), error.getMessage());
            }
            case "error" -> readOrRefuse(verdict, content);
            default -> throw new AssertionError("unknown expectation " + verdict.expect());
        }
    }

    private static void checkRewriting(Verdict verdict, Bytes content) {
        IgvmFile file = IgvmReader.read(content);
        Bytes written = IgvmWriter.toBytes(file);
        if (verdict.rewriteIdentical().equals("y") || verdict.rewriteIdentical().equals("panic")) {
            assertEquals(content, written);
        }
        IgvmFile again = IgvmReader.read(written);
        assertEquals(file, again);
        assertEquals(written, IgvmWriter.toBytes(again));
    }

    private static void readOrRefuse(Verdict verdict, Bytes content) {
        IgvmFile file;
        try {
            file = IgvmReader.read(content);
        } catch (FormatException expected) {
            assertFalse(expected.getMessage().contains("\n"), expected.getMessage());
            return;
        }
        if (verdict.rewriteIdentical().equals("y")) {
            assertEquals(content, IgvmWriter.toBytes(file));
        }
    }
}
