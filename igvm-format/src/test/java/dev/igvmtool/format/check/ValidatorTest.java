package dev.igvmtool.format.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValidatorTest {
    @Test
    void goodFilesOfTheCorpusHaveNoFindings() throws IOException {
        Path corpus = SharedTestData.require("igvm-corpus");
        int checked = 0;
        for (String line : Files.readAllLines(corpus.resolve("verdicts.tsv"))) {
            String[] row = line.split("\t", -1);
            if (!row[4].equals("accept")) {
                continue;
            }
            assertEquals(List.of(), Validator.validate(IgvmReader.read(corpus.resolve(row[0]))), row[0]);
            checked++;
        }
        assertTrue(checked > 50, "only " + checked + " files were checked");
    }

    @Test
    void imagesOfTheReferenceGeneratorHaveNoFindings() throws IOException {
        Path cases = SharedTestData.require("golden/cases");
        try (Stream<Path> files = Files.walk(cases)) {
            for (Path file : files.filter(it -> it.toString().endsWith(".bin")).toList()) {
                assertEquals(List.of(), Validator.validate(IgvmReader.read(file)), file::toString);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "header-size-0",
                "no-platform",
                "two-platforms-one-mask",
                "platform-mask-0",
                "platform-mask-3",
                "same-platform-twice",
                "snp-on-aarch64",
                "cca-on-x64",
                "cca-policy-for-vbs",
                "relocation-min-above-max",
                "relocation-overlap",
                "page-table-region-inside-relocatable",
                "page-table-region-twice",
                "corim-signature-first",
                "corim-two-documents",
                "page-gpa-above-52-bits",
                "page-twice-one-mask",
                "parameter-undeclared",
                "parameter-before-area",
                "area-twice",
                "insert-twice",
                "parameter-after-insert",
                "insert-undeclared",
                "insert-over-page",
                "area-size-2-63",
                "parameter-offset-beyond",
                "vp-twice",
                "required-memory-wraps",
                "two-id-blocks"
            })
    void damagedFilesAreRefusedOrHaveAFinding(String name) throws IOException {
        Path path = SharedTestData.require("igvm-corpus/bad/" + name + ".igvm");
        Optional<IgvmFile> file;
        try {
            file = Optional.of(IgvmReader.read(path));
        } catch (FormatException refused) {
            file = Optional.empty();
        }
        file.ifPresent(it -> assertFalse(Validator.validate(it).isEmpty()));
    }
}
