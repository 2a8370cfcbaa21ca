package dev.igvmtool.abi.binary;

import static java.lang.invoke.MethodHandles.lookup;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class CodecTest {
    record Inner(@U16 int low, @U8 int high) {}

    record Outer(
            @U8 int a,
            @U32 int mask,
            @U32 long count,
            Inner inner,
            @Fixed(3) Bytes tail,
            @U64 long last) {
        static final Codec<Outer> CODEC = Codec.of(Outer.class, lookup());
    }

    record NoWireType(int a) {}

    record Narrow(@U64 int a) {}

    private static final Bytes WIRE =
            Bytes.fromHex("01" + "ffffffff" + "efbeadde" + "3412" + "56" + "aabbcc" + "0807060504030201");
    private static final Outer VALUE =
            new Outer(1, -1, 0xdead_beefL, new Inner(0x1234, 0x56), Bytes.fromHex("aabbcc"), 0x0102_0304_0506_0708L);

    @Test
    void sizeIsTheSumOfTheComponents() {
        assertEquals(23, Outer.CODEC.size());
    }

    @Test
    void readsComponentsInWireOrder() {
        assertEquals(VALUE, Outer.CODEC.read(WIRE));
    }

    @Test
    void writesWhatItReads() {
        assertEquals(WIRE, Outer.CODEC.toBytes(VALUE));
    }

    @Test
    void byteOrderBelongsToTheWriter() {
        ByteWriter writer = new ByteWriter(ByteOrder.BIG_ENDIAN);
        Outer.CODEC.write(writer, VALUE);
        assertEquals(
                "01ffffffffdeadbeef123456aabbcc0102030405060708",
                writer.toBytes().toHex());
    }

    @Test
    void everyTruncationNamesTheFieldThatIsMissing() {
        for (int length = 0; length < WIRE.size(); length++) {
            Bytes cut = WIRE.slice(0, length);
            FormatException e = assertThrows(FormatException.class, () -> Outer.CODEC.read(cut));
            assertTrue(e.getMessage().contains("field "), e.getMessage());
        }
        FormatException e = assertThrows(FormatException.class, () -> Outer.CODEC.read(WIRE.slice(0, 10)));
        assertEquals(
                "data ends too early: needs 0x2 bytes at 0x9, has 0x1, in field low of Inner, in field inner of Outer",
                e.getMessage());
    }

    @Test
    void refusesValuesWiderThanTheField() {
        Outer wide = new Outer(256, 0, 0, VALUE.inner(), VALUE.tail(), 0);
        assertThrows(IllegalArgumentException.class, () -> Outer.CODEC.toBytes(wide));
        Outer longTail = new Outer(1, 0, 0, VALUE.inner(), Bytes.zeros(4), 0);
        assertThrows(IllegalArgumentException.class, () -> Outer.CODEC.toBytes(longTail));
        Outer negativeCount = new Outer(1, 0, -1, VALUE.inner(), VALUE.tail(), 0);
        assertThrows(IllegalArgumentException.class, () -> Outer.CODEC.toBytes(negativeCount));
    }

    @Test
    void refusesDeclarationsThatHaveNoLayout() {
        assertThrows(IllegalArgumentException.class, () -> Codec.of(NoWireType.class, lookup()));
        assertThrows(IllegalArgumentException.class, () -> Codec.of(Narrow.class, lookup()));
    }

    @Test
    void layoutSaysWhereEveryFieldLies() {
        StructLayout layout = Outer.CODEC.layout().orElseThrow();
        assertEquals("Outer", layout.name());
        assertEquals(23, layout.sizeBytes());
        assertEquals(
                List.of("a@0+1", "mask@1+4", "count@5+4", "inner.low@9+2", "inner.high@11+1", "tail@12+3", "last@15+8"),
                layout.leaves().stream()
                        .map(field -> field.name() + "@" + field.offset() + "+" + field.sizeBytes())
                        .toList());
        for (StructLayout.Field field : layout.leaves()) {
            assertEquals(field, layout.find(field.name()).orElseThrow());
            assertEquals(
                    field, layout.at(field.offset() + field.sizeBytes() - 1).orElseThrow());
        }
        assertEquals(
                StructLayout.Kind.STRUCTURE, layout.find("inner").orElseThrow().kind());
        assertEquals(StructLayout.Kind.BYTES, layout.find("tail").orElseThrow().kind());
        assertTrue(layout.find("inner.none").isEmpty());
        assertTrue(layout.find("none").isEmpty());
        assertTrue(layout.at(23).isEmpty());
    }

    @Test
    void fieldsOfALayoutLieInside() {
        List<StructLayout.Field> fields = List.of(StructLayout.Field.integer("a", 4, 8));
        assertThrows(IllegalArgumentException.class, () -> new StructLayout("Short", 8, fields));
    }
}
