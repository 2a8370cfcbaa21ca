package dev.igvmtool.cli.coverage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.cli.Samples;
import dev.igvmtool.machine.partition.Isolation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every event and every fatal condition of the boot flow, under every isolation to which it applies, by what it does to the
 * guest; and the page that says so.
 */
class BootCoverageIT {
    private static final Path PAGE =
            Samples.folder("openhcl-x64").resolve("../../docs/boot-coverage.md").normalize();

    @TestFactory
    Stream<DynamicTest> bootsDoToTheGuestWhatTheyMust() {
        Images images = new Images();
        Coverage coverage = new Coverage();
        List<DynamicTest> tests = new ArrayList<>();
        for (Scenario scenario : Scenarios.all()) {
            for (Isolation isolation : scenario.isolations()) {
                tests.add(DynamicTest.dynamicTest(scenario.name() + " under " + isolation, () -> {
                    ScenarioRun.Outcome outcome = ScenarioRun.run(scenario, isolation, images);
                    assertEquals(List.of(), outcome.problems());
                    coverage.add(scenario.name(), isolation, outcome.rows());
                }));
            }
        }
        tests.add(DynamicTest.dynamicTest("the page is what ran", () -> assertPage(coverage)));
        return tests.stream();
    }

    private static void assertPage(Coverage coverage) throws IOException {
        assertEquals(List.of(), coverage.gaps());
        String expected = CoveragePage.text(coverage);
        if (Boolean.getBoolean("igvmtool.update-docs")) {
            Files.writeString(PAGE, expected);
        }
        assertEquals(expected, Files.readString(PAGE));
    }
}
