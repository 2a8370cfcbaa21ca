package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.cli.TestConsole.Outcome;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every file of the conformance corpus, good or bad: an answer, or one line. */
class MeasureCorpusTest {
    @Test
    void measuringAndVerifyingGiveAnAnswerOrOneLine() throws IOException {
        Path corpus = SharedTestData.require("igvm-corpus");
        String key = corpus.resolve("corim-key.pem").toString();
        List<String> lines = Files.readAllLines(corpus.resolve("verdicts.tsv"));
        List<String> columns = List.of(lines.get(0).split("\t", -1));
        for (String line : lines.subList(1, lines.size())) {
            String[] row = line.split("\t", -1);
            String file = corpus.resolve(row[0]).toString();
            String expect = row[columns.indexOf("expect")];
            Outcome measured = TestConsole.run("measure", file, "--coverage");
            Outcome verified = TestConsole.run("verify", "image", file, "--corim-key", key);
            for (Outcome outcome : List.of(measured, verified)) {
                assertTrue(outcome.status() <= 2, row[0] + ": " + outcome.err());
                assertTrue(outcome.err().lines().count() <= 1, row[0] + ": " + outcome.err());
                assertTrue(outcome.status() != 2 || outcome.out().isEmpty(), row[0] + ": " + outcome.out());
            }
            if (expect.equals("accept")) {
                assertEquals(0, verified.status(), row[0] + ": " + verified.out());
            }
            if (expect.equals("error") && (row[0].contains("id-block") || row[0].contains("corim"))) {
                assertTrue(verified.status() > 0, row[0] + ": " + verified.out());
            }
            if (expect.equals("refuse")) {
                assertEquals(2, measured.status(), row[0]);
                assertEquals(2, verified.status(), row[0]);
            }
        }
    }
}
