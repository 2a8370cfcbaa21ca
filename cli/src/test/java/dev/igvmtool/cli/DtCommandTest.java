package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.cli.TestConsole.Outcome;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DtCommandTest {
    private static final String SOURCE = "/dts-v1/;\n\n/ {\n\ta = <0x01>;\n\n\tb {\n\t};\n};\n";

    @Test
    void compiledSourceIsShownAgain() {
        Outcome blob = TestConsole.runWith(Bytes.utf8(SOURCE), "dt", "compile", "-");
        assertEquals(0, blob.status(), blob.err());
        assertEquals(
                SOURCE,
                TestConsole.runWith(blob.content(), "dt", "decompile", "-").out());
    }

    @Test
    void spaceIsAdded() {
        Bytes plain =
                TestConsole.runWith(Bytes.utf8(SOURCE), "dt", "compile", "-").content();
        Bytes padded = TestConsole.runWith(Bytes.utf8(SOURCE), "dt", "compile", "-p", "100", "-b", "7", "-")
                .content();
        assertEquals(plain.size() + 100, padded.size());
        assertEquals(7, padded.u8(0x1f));
        assertEquals(
                4096,
                TestConsole.runWith(Bytes.utf8(SOURCE), "dt", "compile", "-S", "4000", "-a", "4096", "-")
                        .content()
                        .size());
    }

    @Test
    void errorsNameThePlaceAndLeaveNoFile(@TempDir Path folder) throws IOException {
        Path source = Files.writeString(folder.resolve("x.dts"), "/dts-v1/;\n/ {\n\ta = <1>\n};\n");
        Path output = folder.resolve("x.dtb");
        Outcome outcome = TestConsole.run("dt", "compile", "-o", output.toString(), source.toString());
        assertEquals(
                new Outcome(
                        2,
                        Bytes.EMPTY,
                        "igvmtool: " + source + ": found '}', expected ';', in " + source + ":4:1"
                                + System.lineSeparator()),
                outcome);
        assertFalse(Files.exists(output));
    }

    @Test
    void differencesAreAFinding(@TempDir Path folder) throws IOException {
        String first = Files.writeString(folder.resolve("a.dts"), SOURCE).toString();
        String second = Files.writeString(folder.resolve("b.dts"), SOURCE.replace("0x01", "2"))
                .toString();
        assertEquals(new Outcome(0, Bytes.EMPTY, ""), TestConsole.run("dt", "diff", first, first));
        Outcome outcome = TestConsole.run("dt", "diff", first, second);
        assertEquals(1, outcome.status(), outcome.err());
        assertEquals(List.of("! /: a = <0x01> -> <0x02>"), outcome.out().lines().toList());
        Outcome json = TestConsole.run("dt", "diff", "--json", first, second);
        assertEquals(1, json.status());
        assertTrue(json.out().contains("\"schema\" : \"igvmtool.dt-diff/1\""), json.out());
        assertTrue(json.out().contains("\"kind\" : \"property-changed\""), json.out());
    }

    @Test
    void overlaysAreApplied(@TempDir Path folder) throws IOException {
        String base = Files.writeString(folder.resolve("a.dts"), "/dts-v1/; / { l: n { }; };")
                .toString();
        String overlay = Files.writeString(folder.resolve("b.dts"), "/dts-v1/; /plugin/; &l { x; };")
                .toString();
        Outcome merged = TestConsole.run("dt", "apply", base, overlay);
        assertEquals(0, merged.status(), merged.err());
        assertTrue(TestConsole.runWith(merged.content(), "dt", "decompile", "-")
                .out()
                .contains("\t\tx;\n"));
    }

    @Test
    void findingsDecideTheStatus(@TempDir Path folder) throws IOException {
        String bad = Files.writeString(
                        folder.resolve("a.dts"), "/dts-v1/; / { openhcl { memory-allocation-mode = \"x\"; }; };")
                .toString();
        Outcome outcome = TestConsole.run("dt", "check", bad);
        assertEquals(1, outcome.status(), outcome.err());
        assertTrue(outcome.out().startsWith("error host-contract /: memory-allocation-mode is \"x\""), outcome.out());
        assertEquals(0, TestConsole.run("dt", "check", "--kind", "other", bad).status());
        assertEquals(2, TestConsole.run("dt", "check", "--kind", "none", bad).status());
        Outcome json = TestConsole.run("dt", "check", "--json", bad);
        assertTrue(json.out().contains("\"schema\" : \"igvmtool.dt-check/1\""), json.out());
        Path host = SharedTestData.require("handoff/cases").resolve("cmd-debug/host-tree.dtb");
        assertEquals(0, TestConsole.run("dt", "check", host.toString()).status());
    }

    @Test
    void everyCommandHasHelpWithAnExample() {
        for (String command : List.of("compile", "decompile", "diff", "check", "apply")) {
            Outcome help = TestConsole.run("dt", command, "--help");
            assertEquals(0, help.status(), help.err());
            assertTrue(help.out().contains("Usage: igvmtool dt " + command), help.out());
            assertTrue(help.out().contains("Example: igvmtool dt " + command), help.out());
        }
        Outcome none = TestConsole.run("dt");
        assertEquals(2, none.status());
        assertEquals(1, none.err().lines().count(), none.err());
        Outcome wrong = TestConsole.run("dt", "compile", "--no-such", "x");
        assertEquals(2, wrong.status());
        assertTrue(wrong.err().contains("see igvmtool dt compile --help"), wrong.err());
    }
}
