package dev.igvmtool.devicetree.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
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
                "a = <1> }; | found '}', expected ';', in x.dts:2:9",
                "a = 1; }; | found '1', expected a value: a string, '<', '[', a reference, /bits/ or /incbin/, in x.dts:2:5",
                "a = <1 &none>; }; | reference to \"none\", which is not in the tree, in x.dts:2:8",
                "a = &none; }; | reference to \"none\", which is not in the tree, in x.dts:2:5",
                "a = /bits/ 24 <1>; }; | array elements of '24' bits, expected 8, 16, 32 or 64, in x.dts:2:12",
                "a = /bits/ 8 <256>; }; | value 0x100 does not fit, expected 8 bits at most, in x.dts:2:15",
                "a = <0x100000000>; }; | value 0x100000000 does not fit, expected 32 bits at most, in x.dts:2:6",
                "a = <0x10000000000000000>; }; | number of 17 digits is too large, expected 64 bits at most, in x.dts:2:6",
                "a = <(1 / 0)>; }; | division by zero, in x.dts:2:9",
                "a = <08>; }; | number with the digit '8' after a leading 0, expected octal digits, in x.dts:2:6",
                "a = <''>; }; | character literal has 0 characters, expected 1, in x.dts:2:6",
                "a = <'ab'>; }; | character literal has 2 characters, expected 1, in x.dts:2:6",
                "a = \"x; }; | string without an end, expected '\"', in x.dts:2:5",
                "a = [0]; }; | found '0', expected two hexadecimal digits or ']', in x.dts:2:6",
                "a; a; }; | property a of / is there twice, in x.dts:2:4",
                "a { }; a { }; }; | node /a is there twice, in x.dts:2:8",
                "a { }; b; }; | property 'b' after a node, expected properties before nodes, in x.dts:2:8",
                "l: a { }; l: b { }; }; | label l is there twice, first at x.dts:2:4, in x.dts:2:14",
                "a@1@2 { }; }; | node name a@1@2 contains more than one '@', in x.dts:2:1",
                "a { phandle = <1>; }; b { phandle = <1>; }; }; | phandle 0x1 of /b is already that of /a, in x.dts:2:23",
                "phandle = <0>; }; | phandle is 0x0, expected 1 to 0xfffffffe, in x.dts:2:1",
                "phandle = [00]; }; | phandle of 1 bytes, expected 4, in x.dts:2:1",
                "name = \"x\"; }; | property name of /, expected \"\", in x.dts:2:1",
                "}; &none { }; | label or path '&none' is not in the tree, in x.dts:2:4",
                "}; /delete-node/ &none; | label or path '&none' is not in the tree, in x.dts:2:18",
                "/* | comment without an end, in x.dts:2:1",
                "/include/ \"y\" | file \"y\" cannot be included: the source has no folder, in x.dts:2:1"
            })
    void namesThePlaceAndWhatWasExpected(String rest, String message) {
        assertEquals(message, messageOf("/dts-v1/; / {\n" + rest));
    }

    @Test
    void theFirstLineIsRequired() {
        assertEquals("found '/', expected /dts-v1/, in x.dts:1:1", messageOf("/ { };"));
        assertEquals("found the end of the file, expected /dts-v1/, in x.dts:1:1", messageOf(""));
    }

    @Test
    void depthIsBounded() {
        String nodes = "/dts-v1/; / {" + "a {".repeat(100_000);
        assertEquals("nodes deeper than 256 levels, in x.dts:1:779", messageOf(nodes));
        String grown = "/dts-v1/; / { l0: a { }; };";
        for (int i = 0; i < 1000; i++) {
            grown += "\n&l" + i + " { l" + (i + 1) + ": a { }; };";
        }
        assertEquals("nodes deeper than 256 levels, in x.dts:256:1", messageOf(grown));
        assertTrue(messageOf("/dts-v1/; / { a = <" + "(".repeat(100_000)).startsWith("expression deeper than 200"));
        assertTrue(messageOf("/dts-v1/; / { a = <(" + "-".repeat(100_000)).startsWith("expression deeper than 200"));
        assertTrue(messageOf("/dts-v1/; / { a = <(" + "1?".repeat(100_000)).startsWith("expression deeper than 200"));
    }

    @Test
    void includeLoopsEnd(@TempDir Path folder) throws IOException {
        write(folder, "a.dtsi", "/include/ \"b.dtsi\"");
        write(folder, "b.dtsi", "/include/ \"a.dtsi\"");
        String message = messageOf(folder, "/dts-v1/; /include/ \"a.dtsi\"");
        assertTrue(message.startsWith("files include each other deeper than 200 levels, in "), message);
    }

    @Test
    void includesThatMultiplyEnd(@TempDir Path folder) throws IOException {
        for (int i = 0; i < 30; i++) {
            write(folder, i + ".dtsi", ("/include/ \"" + (i + 1) + ".dtsi\"\n").repeat(10));
        }
        write(folder, "30.dtsi", "");
        String message = messageOf(folder, "/dts-v1/; /include/ \"0.dtsi\"");
        assertTrue(message.startsWith("more than 20000 inclusions, in "), message);
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
            String outside = "file \"" + name + "\" lies outside the folders of the source, in ";
            String incbin = messageOf(inner, "/dts-v1/; / { a = /incbin/(\"" + name + "\"); };");
            assertTrue(incbin.startsWith(outside), incbin);
            String include = messageOf(inner, "/dts-v1/; /include/ \"" + name + "\"");
            assertTrue(include.startsWith(outside), include);
        }
        Files.createSymbolicLink(inner.resolve("link"), folder.resolve("secret"));
        assertTrue(messageOf(inner, "/dts-v1/; /include/ \"link\"").contains("lies outside"));
    }

    @Test
    void tooLongSourcesAreRefused() {
        Bytes huge = Bytes.zeros(DtsCompiler.MAX_SOURCE_BYTES + 1);
        assertThrows(FormatException.class, () -> new DtsCompiler(SourceFiles.NONE).compile("x.dts", huge));
    }

    private static void write(Path folder, String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private static String messageOf(String text) {
        return messageOf(SourceFiles.NONE, "x.dts", text);
    }

    private static String messageOf(Path folder, String text) {
        return messageOf(
                new SourceFolder(folder, List.of()), folder.resolve("x.dts").toString(), text);
    }

    private static String messageOf(SourceFiles files, String name, String text) {
        return assertThrows(FormatException.class, () -> new DtsCompiler(files).compile(name, Bytes.utf8(text)))
                .getMessage();
    }
}
