package dev.igvmtool.measurement.cbor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.testing.Mutations;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CborReaderTest {
    private static CborValue read(String hex) {
        return CborReader.read(Bytes.fromHex(hex));
    }

    private static void refused(String message, String hex) {
        String found = assertThrows(FormatException.class, () -> CborReader.deterministic(Bytes.fromHex(hex)))
                .getMessage();
        assertTrue(found.contains(message), found);
    }

    /** RFC 8949, appendix A. */
    @ParameterizedTest
    @CsvSource({
        "00, 0",
        "17, 23",
        "1818, 24",
        "1903e8, 1000",
        "1a000f4240, 1000000",
        "1b000000e8d4a51000, 1000000000000",
        "20, -1",
        "3863, -100",
        "3903e7, -1000"
    })
    void readsIntegers(String hex, long value) {
        assertEquals(value, read(hex).integer("value"));
        assertEquals(hex, new CborWriter().integer(value).toBytes().toHex());
    }

    @Test
    void integersBeyondALongAreKeptButNotGiven() {
        CborValue.Int large = (CborValue.Int) read("1bffffffffffffffff");
        assertEquals(Optional.empty(), large.toLong());
        assertEquals(
                "1bffffffffffffffff", new CborWriter().value(large).toBytes().toHex());
        assertEquals(
                "3bffffffffffffffff",
                new CborWriter().value(read("3bffffffffffffffff")).toBytes().toHex());
        assertThrows(FormatException.class, () -> large.integer("value"));
    }

    @Test
    void readsEveryKindOfItem() {
        String nested = "a30101024301020303d8208482f4f56161f6a0";
        CborValue value = read(nested);
        assertEquals(
                Bytes.of((byte) 1, (byte) 2, (byte) 3),
                value.map("map").require("map", 2).bytes("bytes"));
        List<CborValue> items =
                value.map("map").require("map", 3).tagged("tag", 32).array("array", 4);
        assertEquals(
                List.of(new CborValue.Simple(20), new CborValue.Simple(21)),
                items.get(0).array("pair", 2));
        assertEquals("a", items.get(1).text("text"));
        assertEquals(new CborValue.Simple(CborValue.NULL), items.get(2));
        assertEquals(nested, new CborWriter().value(value).toBytes().toHex());
    }

    @Test
    void namesThePlaceOfAnotherKind() {
        CborValue value = read("8101");
        assertEquals(
                "digests is array of 1, expected map",
                assertThrows(FormatException.class, () -> value.map("digests")).getMessage());
        assertThrows(FormatException.class, () -> value.array("x", 2));
        assertThrows(FormatException.class, () -> value.tagged("x", 1));
        assertThrows(FormatException.class, () -> value.text("x"));
        assertThrows(FormatException.class, () -> value.bytes("x"));
        assertThrows(FormatException.class, () -> read("a0").map("x").require("x", 7));
    }

    @Test
    void refusesWhatIsNotDeterministic() {
        refused("more bytes than it needs", "1817");
        refused("more bytes than it needs", "190017");
        refused("more bytes than it needs", "1a0000ffff");
        refused("more bytes than it needs", "1b00000000ffffffff");
        refused("more bytes than it needs", "5801aa");
        refused("more bytes than it needs", "d80500");
        refused("not in ascending order", "a202000100");
        assertEquals(23, read("1817").integer("value"));
        assertEquals(2, read("a202000100").map("map").entries().size());
    }

    @Test
    void refusesWhatNobodyNeeds() {
        refused("indefinite length", "5f4101ff");
        refused("indefinite length", "7f6161ff");
        refused("indefinite length", "9f01ff");
        refused("indefinite length", "bf0101ff");
        refused("indefinite length", "ff");
        refused("floating point", "f93c00");
        refused("floating point", "fb3ff199999999999a");
        refused("reserved length", "1c");
        refused("simple value in two bytes", "f814");
        refused("not UTF-8", "61ff");
    }

    @Test
    void refusesKeysThatAreThereTwice() {
        refused("there twice", "a201000101");
        // 1, and 1 in two bytes.
        assertThrows(FormatException.class, () -> read("a20100180100"));
    }

    @Test
    void staysWithinBounds() {
        refused("nested deeper", "81".repeat(10_000) + "00");
        refused("nested deeper", "c1".repeat(10_000) + "00");
        refused("reaches past the end", "5b7fffffffffffffff00");
        refused("reaches past the end", "5bffffffffffffffff00");
        refused("do not fit", "9a7fffffff00");
        refused("do not fit", "bbffffffffffffffff00");
        refused("more than 65536 items", "9a00011170" + "00".repeat(70_000));
        refused("ends where an item must be", "");
        refused("ends where an item must be", "c1");
        refused("do not fit", "8201");
        refused("ends within the item", "19ff");
        refused("bytes follow the item", "0000");
        assertEquals(CborReader.MAX_DEPTH, depth(read("81".repeat(CborReader.MAX_DEPTH) + "00")));
    }

    private static int depth(CborValue value) {
        int depth = 0;
        CborValue inner = value;
        while (inner instanceof CborValue.Array array) {
            inner = array.items().get(0);
            depth++;
        }
        return depth;
    }

    @Test
    void survivesDamage() {
        Bytes good = Bytes.fromHex("d901f5a30101024301020303d8208482f4f56161f6a0");
        Mutations.allTruncations(good, CborReader::read);
        Mutations.allBitFlips(good, CborReader::read);
        Mutations.allTruncations(good, CborReader::deterministic);
        Mutations.allBitFlips(good, CborReader::deterministic);
    }
}
