package dev.igvmtool.attestation.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.testing.Mutations;
import org.junit.jupiter.api.Test;

class JsonDocumentTest {
    private static final String TEXT =
            " {\"a\" : [1, {\"b\": \"}\\\"\"}] ,\"n\":-1.5e+3, \"t\":true,\n\"b\":{ \"c\" : \"x\\\\\" } , \"s\":\"\"}\n";

    private static String raw(String name) {
        return JsonDocument.read(Bytes.utf8(TEXT)).rawMember(name).toUtf8();
    }

    @Test
    void membersKeepTheirText() {
        assertEquals("[1, {\"b\": \"}\\\"\"}]", raw("a"));
        assertEquals("-1.5e+3", raw("n"));
        assertEquals("true", raw("t"));
        assertEquals("{ \"c\" : \"x\\\\\" }", raw("b"));
        assertEquals("\"\"", raw("s"));
        assertThrows(FormatException.class, () -> raw("c"));
    }

    @Test
    void damagedTextIsReadOrRefused() {
        Mutations.allBitFlips(
                Bytes.utf8(TEXT), bytes -> JsonDocument.read(bytes).rawMember("b"));
        Mutations.allTruncations(
                Bytes.utf8(TEXT), bytes -> JsonDocument.read(bytes).rawMember("s"));
    }

    @Test
    void ambiguousTextsAreRefused() {
        for (String text : new String[] {
            "{\"a\":1,\"a\":2}", "{} {}", "[]", "", "{\"a\":1,}", "{'a':1}", "{\"a\":\"" + "x".repeat(1 << 20) + "\"}"
        }) {
            assertThrows(FormatException.class, () -> JsonDocument.read(Bytes.utf8(text)), text);
        }
        assertThrows(FormatException.class, () -> JsonDocument.read(Bytes.utf8("[".repeat(10_000))));
        assertThrows(FormatException.class, () -> JsonDocument.read(Bytes.fromHex("7b22ff223a317d")));
        // A name with escapes is a name, but not one whose text can be found.
        JsonDocument escaped = JsonDocument.read(Bytes.utf8("{\"\\u0061\":1}"));
        assertEquals(1, escaped.root().requiredNumber("a", 9));
        assertThrows(FormatException.class, () -> escaped.rawMember("a"));
    }
}
