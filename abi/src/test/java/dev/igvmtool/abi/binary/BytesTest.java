package dev.igvmtool.abi.binary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class BytesTest {
    @Test
    void copiesWhatItIsMadeOf() {
        byte[] source = {1, 2, 3};
        Bytes bytes = Bytes.of(source);
        source[0] = 9;
        assertEquals("010203", bytes.toHex());
    }

    @Test
    void gettersAreLittleEndianAlsoInSlices() {
        Bytes bytes = Bytes.fromHex("000102030405060708").from(1);
        assertEquals(0x01, bytes.u8(0));
        assertEquals(0x0201, bytes.u16(0));
        assertEquals(0x0403_0201L, bytes.u32(0));
        assertEquals(0x0807_0605_0403_0201L, bytes.u64(0));
    }

    @Test
    void equalityIsByContent() {
        assertEquals(Bytes.fromHex("0102"), Bytes.fromHex("ff0102").from(1));
        assertEquals(
                Bytes.fromHex("0102").hashCode(),
                Bytes.fromHex("ff0102").from(1).hashCode());
        assertNotEquals(Bytes.fromHex("0102"), Bytes.fromHex("0103"));
        assertEquals(Bytes.EMPTY, Bytes.wrap(new byte[0]));
    }

    @Test
    void takesTheRestOfABuffer() {
        ByteBuffer buffer = ByteBuffer.wrap(new byte[] {1, 2, 3, 4});
        buffer.position(1).limit(3);
        assertEquals("0203", Bytes.wrap(buffer).toHex());
    }

    @Test
    void padsWithZerosAndNeverCuts() {
        assertEquals("0100", Bytes.of((byte) 1).paddedTo(2).toHex());
        assertThrows(IllegalArgumentException.class, () -> Bytes.zeros(3).paddedTo(2));
    }

    @Test
    void findsTheOneByteThatIsNotZero() {
        for (int i = 0; i < 20; i++) {
            byte[] content = new byte[20];
            assertTrue(Bytes.of(content).isZero());
            content[i] = 1;
            assertFalse(Bytes.of(content).isZero());
        }
        assertTrue(Bytes.EMPTY.isZero());
    }

    @Test
    void slicesOutsideAreRefused() {
        assertThrows(IndexOutOfBoundsException.class, () -> Bytes.zeros(4).slice(2, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> Bytes.zeros(4).from(5));
    }

    @Test
    void slicesKnowTheirPlaceInTheStorage() {
        Bytes all = Bytes.fromHex("00112233445566778899");
        Bytes first = all.slice(2, 3);
        Bytes second = all.from(1).slice(4, 2);
        assertTrue(first.isFollowedBy(second));
        assertFalse(second.isFollowedBy(first));
        assertFalse(first.isFollowedBy(Bytes.of(second.toByteArray())));
        assertEquals(Bytes.fromHex("2233445566"), first.extendedBy(second.size()));
        assertTrue(first.isSameSlice(all.from(2).slice(0, 3)));
        assertFalse(first.isSameSlice(Bytes.of(first.toByteArray())));
        assertThrows(IndexOutOfBoundsException.class, () -> second.extendedBy(4));
    }

    @Test
    void slicesDoNotReachPastTheirEnd() {
        Bytes slice = Bytes.fromHex("00112233445566778899").slice(1, 4);
        assertEquals(0x44332211L, slice.u32(0));
        assertThrows(IndexOutOfBoundsException.class, () -> slice.u32(1));
        assertThrows(IndexOutOfBoundsException.class, () -> slice.get(4));
        assertThrows(IndexOutOfBoundsException.class, () -> slice.get(-1));
        assertThrows(IndexOutOfBoundsException.class, () -> slice.slice(3, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> slice.from(5));
        assertEquals(4, slice.asBuffer().remaining());
        assertEquals(4, slice.asBuffer().capacity());
    }

    @Test
    void sliceKnowsItsPlaceInTheWhole() {
        Bytes whole = Bytes.fromHex("00112233445566");
        assertEquals(OptionalInt.of(3), whole.slice(1, 5).slice(2, 3).offsetIn(whole));
        assertEquals(OptionalInt.of(0), whole.offsetIn(whole));
        assertEquals(OptionalInt.empty(), whole.slice(1, 3).offsetIn(whole.slice(2, 3)));
        assertEquals(OptionalInt.empty(), Bytes.fromHex("11").offsetIn(whole));
    }
}
