package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.cli.TestConsole.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostileCommandTest {
    private static final String SAMPLE = Samples.folder("openhcl-x64").toString();

    @TempDir
    Path folder;

    private Path plan(String expectation) throws IOException {
        return Files.writeString(
                folder.resolve("mine.yaml"),
                "lies:\n  - msr: {number: 0x40000001, value: 1}\nexpect:\n  - " + expectation + "\n");
    }

    @Test
    void planOfAFileIsToldAndJudged() throws IOException {
        Path plan = plan("{isolation: [none], refuses: S10}");
        Outcome outcome = TestConsole.run("boot", SAMPLE, "--hostile", plan.toString(), "--json");

        assertEquals(0, outcome.status(), outcome.err());
        assertTrue(outcome.out().contains("\"plan\" : \"mine.yaml\""), outcome.out());
        assertTrue(outcome.out().contains("\"met\" : true"), outcome.out());
        assertTrue(outcome.out().contains("\"id\" : \"X01\""), outcome.out());
    }

    @Test
    void guestThatDoesOtherwiseIsAFinding() throws IOException {
        Path plan = plan("{isolation: [none], proceeds: S46}");
        Outcome outcome = TestConsole.run("boot", SAMPLE, "--hostile", plan.toString(), "--quiet");

        assertEquals(1, outcome.status());
        assertTrue(
                outcome.out().contains("expected that the guest proceeds to S46; but it ended after S10"),
                outcome.out());
    }

    @Test
    void unknownPlanIsRefused() {
        Outcome outcome = TestConsole.run("boot", SAMPLE, "--hostile", "no-such-plan");

        assertEquals(2, outcome.status());
        assertTrue(outcome.err().contains("no-such-plan"), outcome.err());
    }
}
