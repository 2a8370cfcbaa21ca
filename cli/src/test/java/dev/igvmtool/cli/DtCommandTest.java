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
import java.util.ArrayList;
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
                        "igvmtool: " + source + ":4.1-2: found '}', expected ';'" + System.lineSeparator()),
                outcome);
        assertFalse(Files.exists(output));
    }

    @Test
    void messagesAreOneLineEachAndCanBeSilenced(@TempDir Path folder) throws IOException {
        Path source = Files.writeString(folder.resolve("x.dts"), "/dts-v1/; / { a@1 { }; b { }; b { }; };");
        String bad = source.toString();
        Outcome outcome = TestConsole.run("dt", "compile", bad);
        assertEquals(2, outcome.status());
        assertEquals(Bytes.EMPTY, outcome.content());
        assertEquals(
                List.of(
                        "igvmtool: " + source + ":1.33-37: ERROR (duplicate_node_names): /b: node is there twice",
                        "igvmtool: " + source + ": the tree has errors; --force writes it nevertheless"),
                outcome.err().lines().toList());
        assertEquals("", TestConsole.run("dt", "compile", "-qq", bad).err());
        Outcome forced = TestConsole.run("dt", "compile", "-f", "-q", bad);
        assertEquals(0, forced.status());
        assertTrue(forced.content().size() > 0);
        Outcome shown = TestConsole.runWith(forced.content(), "dt", "decompile");
        assertEquals(0, shown.status());
        assertTrue(shown.err().contains("ERROR (duplicate_node_names): /b: "), shown.err());
        Outcome strict = TestConsole.runWith(
                Bytes.utf8("/dts-v1/; / { a@1 { }; };"), "dt", "compile", "-E", "unit_address_vs_reg");
        assertEquals(2, strict.status());
        assertTrue(strict.err().contains("<stdin>:1.19-23: ERROR (unit_address_vs_reg): /a@1: "), strict.err());
        Outcome quiet = TestConsole.runWith(
                Bytes.utf8("/dts-v1/; / { a@1 { }; };"), "dt", "compile", "-Wno-unit_address_vs_reg");
        assertEquals("", quiet.err());
        Outcome unknown = TestConsole.run("dt", "compile", "-W", "none", bad);
        assertEquals(2, unknown.status());
        assertEquals(
                "igvmtool: -W, -E: found none, expected the name of a check; see igvmtool dt check --list",
                unknown.err().strip());
    }

    @Test
    void messagesAreInTheReport(@TempDir Path folder) throws IOException {
        String source = Files.writeString(folder.resolve("x.dts"), "/dts-v1/; / { a@1 { }; };")
                .toString();
        String output = folder.resolve("x.dtb").toString();
        Outcome outcome = TestConsole.run("dt", "compile", "--json", "-o", output, source);
        assertEquals(0, outcome.status(), outcome.err());
        assertEquals("", outcome.err());
        assertTrue(outcome.out().contains("\"schema\" : \"igvmtool.dt-compile/1\""), outcome.out());
        assertTrue(outcome.out().contains("\"check\" : \"unit_address_vs_reg\""), outcome.out());
        assertEquals(2, TestConsole.run("dt", "compile", "--json", source).status());
    }

    @Test
    void blobsAndFoldersAreInputToo(@TempDir Path folder) throws IOException {
        Bytes blob = TestConsole.runWith(Bytes.utf8(SOURCE), "dt", "compile").content();
        Outcome old = TestConsole.runWith(blob, "dt", "compile", "-I", "dtb", "-V", "3");
        assertEquals(0, old.status(), old.err());
        assertEquals(3, old.content().u8(0x17));
        assertEquals(blob, TestConsole.runWith(old.content(), "dt", "compile").content());
        Files.createDirectories(folder.resolve("b"));
        Files.write(folder.resolve("a"), new byte[] {0, 0, 0, 1});
        assertEquals(
                SOURCE, TestConsole.run("dt", "decompile", folder.toString()).out());
        assertEquals(
                blob,
                TestConsole.run("dt", "compile", "-I", "fs", folder.toString()).content());
        Outcome wrong = TestConsole.run("dt", "compile", "-I", "dtb", folder.toString());
        assertEquals(
                "igvmtool: " + folder + ": is a folder, expected a file",
                wrong.err().strip());
    }

    @Test
    void filesThatWereReadAreListed(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("i.dtsi"), "/ { };");
        String source = Files.writeString(folder.resolve("x.dts"), "/dts-v1/; /include/ \"i.dtsi\"")
                .toString();
        Path rule = folder.resolve("x.d");
        Outcome outcome = TestConsole.run("dt", "compile", "-d", rule.toString(), "-o", folder + "/x.dtb", source);
        assertEquals(0, outcome.status(), outcome.err());
        assertEquals(folder + "/x.dtb: " + source + " " + folder.resolve("i.dtsi") + "\n", Files.readString(rule));
    }

    @Test
    void optionsThatMakeNoSenseAreRefused() {
        for (List<String> words : List.of(
                List.of("-S", "1", "-p", "1"),
                List.of("-a", "3"),
                List.of("-H", "none"),
                List.of("-O", "none"),
                List.of("-I", "none"),
                List.of("-V", "4"),
                List.of("-p", "x"),
                List.of("-p", "-1"),
                List.of("-b", "0x100000000"),
                List.of("-R", "99999999"))) {
            List<String> args = new ArrayList<>(List.of("dt", "compile"));
            args.addAll(words);
            Outcome outcome = TestConsole.runWith(Bytes.utf8(SOURCE), args.toArray(String[]::new));
            assertEquals(2, outcome.status(), words + outcome.err());
            assertEquals(1, outcome.err().lines().count(), outcome.err());
        }
    }

    @Test
    void checksAreListed() {
        Outcome list = TestConsole.run("dt", "check", "--list");
        assertEquals(0, list.status());
        assertTrue(list.out().contains("\nwarning reg_format "), list.out());
        assertTrue(TestConsole.run("dt", "check", "--list", "--json")
                .out()
                .contains("\"schema\" : \"igvmtool.dt-checks/1\""));
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
        assertTrue(outcome.out().contains("error host-contract /: memory-allocation-mode is \"x\""), outcome.out());
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
