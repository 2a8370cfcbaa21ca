package dev.igvmtool.devicetree.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.devicetree.live.Budget;
import dev.igvmtool.devicetree.source.SourceFiles;
import dev.igvmtool.devicetree.source.SourceFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceErrorsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a = <1> }; | 2.9-10: found '}', expected ';'",
                "a = 1; }; | 2.5-6: found '1', expected a value: a string, '<', '[', a reference, /bits/ or /incbin/",
                "a = /bits/ 24 <1>; }; | 2.12-14: array elements of '24' bits, expected 8, 16, 32 or 64",
                "a = /bits/ 8 <(200 + 56)>; }; | 2.15-25: value 0x100 does not fit, expected 8 bits at most",
                "a = <0x100000000>; }; | 2.6-17: value 0x100000000 does not fit, expected 32 bits at most",
                "a = /bits/ 8 <&b>; }; | 2.15-17: reference '&b' among elements of 8 bits, expected elements of 32 bits",
                "a = <0x10000000000000000>; }; | 2.6-25: number of 17 digits is too large, expected 64 bits at most",
                "a = <(1 / 0)>; }; | 2.7-12: division by zero",
                "a = <08>; }; | 2.6-8: number with the digit '8' after a leading 0, expected octal digits",
                "a = <''>; }; | 2.6-8: character literal has 0 characters, expected 1",
                "a = <'ab'>; }; | 2.6-10: character literal has 2 characters, expected 1",
                "a = \"x; }; | 2.5: string without an end, expected '\"'",
                "a = \"\\xg\"; }; | 2.5-10: '\\x' without a digit, expected one or two hexadecimal digits",
                "a = [0]; }; | 2.6-7: found '0', expected two hexadecimal digits or ']'",
                "a { }; b; }; | 2.8-10: property 'b' after a node, expected properties before nodes",
                "}; &none { }; | 2.4-9: label or path '&none' is not in the tree",
                "}; /delete-node/ &none; | 2.18-23: label or path '&none' is not in the tree",
                "/* | 2.1: comment without an end",
                "}; $ | 2.4-5: found '$', expected '/', a reference, /delete-node/ or /omit-if-no-ref/",
                "}; /dts-v1/; | 2.4-12: found '/dts-v1/', expected '/', a reference, /delete-node/ or /omit-if-no-ref/",
                "/include/ \"y\" | 2.1-14: file \"y\" cannot be included: the source has no folder"
            })
    void namesThePlaceAndWhatWasExpected(String rest, String message) {
        assertEquals(List.of("x.dts:" + message), messagesOf("/dts-v1/; / {\n" + rest));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a = <1 &none>; }; | 1.13-2.18: ERROR (phandle_references): /: reference to \"none\", which is not in the tree",
                "a = &none; }; | 1.13-2.14: ERROR (path_references): /: reference to \"none\", which is not in the tree",
                "a; a; }; | 2.1-3: ERROR (duplicate_property_names): /:a: property is there twice",
                "a { }; a { }; }; | 2.10-14: ERROR (duplicate_node_names): /a: node is there twice",
                "l: a { }; l: b { }; }; | 2.16-20: ERROR (duplicate_label): /b: label l is there twice, first at /a",
                "a@1@2 { }; }; | 2.7-11: ERROR (node_name_format): /a@1@2: node name has more than one '@'",
                "a { phandle = <1>; }; b { phandle = <1>; }; }; | 2.25-44: ERROR (explicit_phandles): /b: phandle 0x1 is already that of /a",
                "phandle = <0>; }; | 2.1-15: ERROR (explicit_phandles): /:phandle: phandle is 0x0, expected 1 to 0xfffffffe",
                "phandle = [00]; }; | 2.1-16: ERROR (explicit_phandles): /:phandle: value has 1 bytes, expected 4",
                "name = \"x\"; }; | 1.13-2.15: ERROR (name_properties): /: property name is \"x\", expected \"\""
            })
    void namesTheCheckAndTheNode(String rest, String message) {
        assertEquals("x.dts:" + message, messagesOf("/dts-v1/; / {\n" + rest).get(0));
    }

    @Test
    void theFirstLineIsRequired() {
        assertEquals(List.of("x.dts:1.1-2: found '/', expected /dts-v1/"), messagesOf("/ { };"));
        assertEquals(List.of("x.dts:1.1: found the end of the file, expected /dts-v1/"), messagesOf(""));
    }

    @Test
    void allErrorsAreSaid() {
        assertEquals(
                List.of(
                        "x.dts:3.1-2: found 'b', expected ';'",
                        "x.dts:4.6-17: value 0x1ffffffff does not fit, expected 32 bits at most",
                        "x.dts:6.5-6: found '2', expected a value: a string, '<', '[', a reference, /bits/ or"
                                + " /incbin/",
                        "x.dts:8.2-5: label or path '&no' is not in the tree"),
                messagesOf("""
                        /dts-v1/; / {
                        a = <1>
                        b = <2>;
                        c = <0x1_ffff_ffff>;
                        n {
                        d = 2;
                        }; e { }; };
                         &no { f; };
                        """.replace("_", "")));
    }

    @Test
    void whatIsNoSourceTextEndsSoon() {
        assertEquals(20, messagesOf("/dts-v1/; / { " + "a = ; ".repeat(1000)).size());
    }

    @Test
    void warningsNameAllDefinitions() {
        Compilation compilation = compile(SourceFiles.NONE, "x.dts", "/dts-v1/; / { a@1 { }; };\n/ { a@1 { }; };");
        assertTrue(compilation.tree().isPresent());
        assertEquals(
                List.of("x.dts:1.19-23: Warning (unit_address_vs_reg): /a@1: node with a unit address has neither reg"
                        + " nor ranges; also defined at x.dts:2.9-13"),
                lines(compilation));
    }

    @Test
    void depthIsBounded() {
        String nodes = "/dts-v1/; / {" + "a {".repeat(100_000);
        assertEquals(List.of("x.dts:1.781-782: nodes deeper than 256 levels"), messagesOf(nodes));
        StringBuilder grown = new StringBuilder("/dts-v1/; / { l0: a { }; };");
        for (int i = 0; i < 1000; i++) {
            grown.append("\n&l").append(i).append(" { l").append(i + 1).append(": a { }; };");
        }
        assertEquals(
                List.of("x.dts:256.1-6: device tree has nodes deeper than 256 levels"), messagesOf(grown.toString()));
        for (String deep :
                List.of("<" + "(".repeat(100_000), "<(" + "-".repeat(100_000), "<(" + "1?".repeat(100_000))) {
            String message = messagesOf("/dts-v1/; / { a = " + deep).get(0);
            assertTrue(message.endsWith("expression deeper than 200 levels"), message);
        }
    }

    @Test
    void partsAreBounded() {
        for (String part : List.of("a{};", "a;", "<>,", "a:", "&{/},")) {
            String start = part.endsWith(",") ? "/dts-v1/; / { x =" : "/dts-v1/; / {";
            String message = messagesOf(start + part.repeat(300_000)).get(0);
            assertTrue(
                    message.endsWith("more than 25000 nodes, or 200000 properties, labels and parts of values, in all"),
                    message);
        }
    }

    @Test
    void includeLoopsEnd(@TempDir Path folder) throws IOException {
        write(folder, "a.dtsi", "/include/ \"b.dtsi\"");
        write(folder, "b.dtsi", "/include/ \"a.dtsi\"");
        String message = messageOf(folder, "/dts-v1/; /include/ \"a.dtsi\"");
        assertTrue(message.endsWith("files include each other deeper than 200 levels"), message);
    }

    @Test
    void includesThatMultiplyEnd(@TempDir Path folder) throws IOException {
        for (int i = 0; i < 30; i++) {
            write(folder, i + ".dtsi", ("/include/ \"" + (i + 1) + ".dtsi\"\n").repeat(10));
        }
        write(folder, "30.dtsi", "");
        String message = messageOf(folder, "/dts-v1/; /include/ \"0.dtsi\"");
        assertTrue(message.endsWith("more than 20000 inclusions"), message);
    }

    @Test
    void filesThatMultiplyEnd(@TempDir Path folder) throws IOException {
        Files.write(folder.resolve("big.bin"), new byte[8 << 20]);
        String message = messageOf(
                folder, "/dts-v1/; / { a = /incbin/(\"big.bin\")" + ", /incbin/(\"big.bin\")".repeat(20) + "; };");
        assertTrue(message.contains("is too large, expected at most"), message);
    }

    @Test
    void filesOutsideTheFolderAreRefused(@TempDir Path folder) throws IOException {
        Path inner = Files.createDirectory(folder.resolve("inner"));
        write(folder, "secret", "x");
        for (String name : List.of("../secret", folder.resolve("secret").toString())) {
            String outside = "file \"" + name + "\" lies outside the folders of the source";
            String incbin = messageOf(inner, "/dts-v1/; / { a = /incbin/(\"" + name + "\"); };");
            assertTrue(incbin.endsWith(outside), incbin);
            String include = messageOf(inner, "/dts-v1/; /include/ \"" + name + "\"");
            assertTrue(include.endsWith(outside), include);
        }
        Files.createSymbolicLink(inner.resolve("link"), folder.resolve("secret"));
        assertTrue(messageOf(inner, "/dts-v1/; /include/ \"link\"").contains("lies outside"));
    }

    @Test
    void tooLongSourcesAreRefused() {
        assertEquals(
                List.of("x.dts: source of 8388609 bytes, expected at most 8388608"),
                messagesOf(" ".repeat(Budget.MAX_SOURCE_BYTES + 1)));
    }

    private static void write(Path folder, String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private static List<String> messagesOf(String text) {
        Compilation compilation = compile(SourceFiles.NONE, "x.dts", text);
        assertTrue(compilation.tree().isEmpty());
        return lines(compilation);
    }

    private static String messageOf(Path folder, String text) {
        SourceFolder files = new SourceFolder(folder, List.of());
        Compilation compilation = compile(files, folder.resolve("x.dts").toString(), text);
        assertTrue(compilation.tree().isEmpty());
        return lines(compilation).get(0);
    }

    private static Compilation compile(SourceFiles files, String name, String text) {
        return new TreeCompiler(CompileOptions.standard()).source(name, Bytes.utf8(text), files);
    }

    private static List<String> lines(Compilation compilation) {
        return compilation.messages().stream()
                .map(message -> message.line(compilation.name()))
                .toList();
    }
}
