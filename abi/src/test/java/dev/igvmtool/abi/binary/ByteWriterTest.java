package dev.igvmtool.abi.binary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ByteWriterTest {
    @Test
    void growsPastItsFirstArray() {
        ByteWriter writer = new ByteWriter();
        for (int i = 0; i < 1000; i++) {
            writer.u32(i);
        }
        Bytes written = writer.toBytes();
        assertEquals(4000, written.size());
        for (int i = 0; i < 1000; i++) {
            assertEquals(i, written.u32(4 * i));
        }
    }

    @Test
    void alignsWithZeros() {
        assertEquals(
                "01000000",
                new ByteWriter().u8(1).alignTo(4).alignTo(4).toBytes().toHex());
    }

    @Test
    void patchesOnlyWhatIsWritten() {
        ByteWriter writer = new ByteWriter().u32(0).u8(7);
        assertEquals("7856341207", writer.patchU32(0, 0x1234_5678L).toBytes().toHex());
        assertThrows(IllegalArgumentException.class, () -> writer.patchU32(2, 0));
    }

    @Test
    void refusesValuesThatDoNotFit() {
        assertThrows(IllegalArgumentException.class, () -> new ByteWriter().u8(256));
        assertThrows(IllegalArgumentException.class, () -> new ByteWriter().u16(-1));
        assertThrows(IllegalArgumentException.class, () -> new ByteWriter().u32(1L << 32));
    }
}
