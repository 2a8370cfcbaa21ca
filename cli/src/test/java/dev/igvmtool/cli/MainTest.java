package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.cli.TestConsole.Outcome;
import org.junit.jupiter.api.Test;

class MainTest {
    @Test
    void helpListsEveryCommand() {
        Outcome help = TestConsole.run("--help");
        assertEquals(0, help.status());
        CommandEntry.ALL.forEach(entry -> assertTrue(help.out().contains("  " + entry.name() + " "), entry.name()));
    }

    @Test
    void everyCommandHasHelpWithAnExample() {
        for (CommandEntry entry : CommandEntry.ALL) {
            Outcome help = TestConsole.run(entry.name(), "--help");
            assertEquals(0, help.status(), entry.name());
            assertTrue(help.out().contains("Usage: igvmtool " + entry.name()), help.out());
            assertTrue(help.out().contains("Example: igvmtool " + entry.name()), help.out());
        }
    }

    @Test
    void printsVersion() {
        assertEquals(
                new Outcome(0, Bytes.utf8("igvmtool 0.1.0-SNAPSHOT" + System.lineSeparator()), ""),
                TestConsole.run("--version"));
    }

    @Test
    void completionKnowsEveryCommand() {
        Outcome script = TestConsole.run("completion");
        assertEquals(0, script.status());
        CommandEntry.ALL.forEach(entry -> assertTrue(script.out().contains(entry.name()), entry.name()));
    }

    @Test
    void unknownCommandIsWrongUse() {
        assertEquals(
                new Outcome(
                        2,
                        Bytes.EMPTY,
                        "igvmtool: no command bo\\u001bot; see igvmtool --help" + System.lineSeparator()),
                TestConsole.run("bo\u001bot"));
    }

    @Test
    void unknownOptionIsWrongUseInOneLine() {
        Outcome outcome = TestConsole.run("inspect", "--no-such", "x");
        assertEquals(2, outcome.status());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        assertTrue(outcome.err().startsWith("igvmtool: Unknown option"), outcome.err());
    }

    @Test
    void debugAddsTheTrace() {
        Outcome outcome = TestConsole.runWith(Bytes.utf8("not an image at all, by far"), "inspect", "--debug", "-");
        assertEquals(2, outcome.status());
        assertTrue(outcome.err().contains("\tat dev.igvmtool"), outcome.err());
    }
}
