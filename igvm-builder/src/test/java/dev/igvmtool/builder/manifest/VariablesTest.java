package dev.igvmtool.builder.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.document.DocumentException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VariablesTest {
    private static final String BODY = """
            guest_arch: x64
            guest_configs:
              - guest_svn: ${svn}
                max_vtl: 2
                isolation: none
                image:
                  openhcl: { memory: "${size}", command_line: ["log=${log:-none}", "$${x}", "a$b"], uefi: true }
            """;
    private static final String GOOD = """
            variables:
              svn: 7
              unit: MiB
              size: "64${unit}"
              log:
            """ + BODY;

    private static Manifest read(String text, Map<String, String> set) {
        return ManifestReader.read("m.yaml", text, Path.of("/b"), new ManifestOptions(set, Optional.empty()))
                .manifest();
    }

    private static String refusal(String text, Map<String, String> set) {
        return assertThrows(IgvmToolException.class, () -> read(text, set)).getMessage();
    }

    private static Image.Openhcl image(Manifest manifest) {
        return (Image.Openhcl) manifest.guestConfigs().get(0).image();
    }

    @Test
    void defaultsStandWhereVariablesAreUsed() {
        Manifest manifest = read(GOOD, Map.of());
        assertEquals(7, manifest.guestConfigs().get(0).guestSvn());
        assertEquals(16384, image(manifest).memoryPageCount());
        assertEquals("log=none ${x} a$b", image(manifest).commandLine());
    }

    @Test
    void valuesFromOutsideWinAndAreLiteral() {
        Manifest manifest = read(GOOD, Map.of("svn", "9", "log", "${svn}", "unit", "GiB"));
        assertEquals(9, manifest.guestConfigs().get(0).guestSvn());
        assertEquals(16384 * 1024, image(manifest).memoryPageCount());
        assertEquals("log=${svn} ${x} a$b", image(manifest).commandLine());
    }

    @Test
    void valuesAreReported() {
        assertEquals(
                Map.of("svn", "7", "unit", "MiB", "size", "64MiB"),
                ManifestReader.read("m.yaml", GOOD, Path.of("/b")).variables());
    }

    @Test
    void refusesVariablesThatAreNotThere() {
        assertEquals(
                "m.yaml: line 8, column 16: variable 'svm' is not declared in 'variables', did you mean 'svn'?",
                refusal(GOOD.replace("${svn}", "${svm}"), Map.of()));
        assertTrue(refusal(GOOD, Map.of("lag", "1")).contains("variable 'lag' is set, but is not declared"));
        assertTrue(refusal(GOOD.replace(":-none", ""), Map.of()).contains("variable 'log' has no value"));
        assertEquals(
                "m.yaml: line 2, column 3: variable 'more' is not used anywhere",
                refusal(GOOD.replaceFirst("  svn: 7", "  more: 1\n  svn: 7"), Map.of()));
    }

    @Test
    void aDefaultCannotUseItselfOrWhatFollows() {
        assertTrue(refusal(GOOD.replace("MiB", "${unit}"), Map.of())
                .contains("'unit' is not declared in 'variables' before"));
        assertTrue(refusal(GOOD.replace("MiB", "${size}"), Map.of())
                .contains("'size' is not declared in 'variables' before"));
    }

    @Test
    void refusesWhatIsNoVariable() {
        assertTrue(refusal(GOOD.replace("${svn}", "x${svn"), Map.of()).contains("without '}'"));
        assertTrue(refusal(GOOD.replace("${svn}", "${}"), Map.of()).contains("no use of a variable"));
        assertTrue(refusal(GOOD.replace("unit: MiB", "1unit: MiB"), Map.of()).contains("no name of a variable"));
        assertTrue(refusal(GOOD.replace("unit: MiB", "unit: [1]"), Map.of()).contains("expected a string, a number"));
        assertTrue(refusal(GOOD.replace("unit: MiB", "svn: 1"), Map.of()).contains("'svn' is repeated"));
        assertTrue(refusal(GOOD, Map.of("svn", "x")).contains("expected a number in decimal"));
    }

    @Test
    void expansionIsBounded() {
        StringBuilder text = new StringBuilder("variables:\n  v0: " + "x".repeat(100) + "\n");
        for (int i = 1; i < 60; i++) {
            text.append("  v")
                    .append(i)
                    .append(": \"")
                    .append(("${v" + (i - 1) + "}").repeat(2))
                    .append("\"\n");
        }
        String bomb =
                text + BODY.replace("${svn}", "1").replace("${size}", "${v59}").replace("${log:-none}", "");
        assertTrue(refusal(bomb, Map.of()).contains("variables make the manifest longer than"));
    }

    @Test
    void jsonHasNone() {
        assertTrue(assertThrows(
                        DocumentException.class,
                        () -> ManifestReader.read(
                                "m.json", "{}", Path.of("/b"), new ManifestOptions(Map.of("a", "b"), Optional.empty())))
                .getMessage()
                .contains("have no variables"));
    }
}
