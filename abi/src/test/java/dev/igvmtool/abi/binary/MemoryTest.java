package dev.igvmtool.abi.binary;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class MemoryTest {
    private final ArrayMemory memory = new ArrayMemory(0x3000);

    @Test
    void integersAreLittleEndianAndUnsigned() {
        memory.writeU64(8, 0xf1f2_f3f4_f5f6_f7f8L);
        assertEquals(0xf8, memory.readU8(8));
        assertEquals(0xf7f8, memory.readU16(8));
        assertEquals(0xf5f6_f7f8L, memory.readU32(8));
        assertEquals(0xf1f2_f3f4_f5f6_f7f8L, memory.readU64(8));
    }

    @Test
    void narrowWritesTouchOnlyTheirBytes() {
        memory.writeU64(0, -1);
        memory.writeU8(0, 0);
        memory.writeU16(2, 0);
        memory.writeU32(4, 0);
        assertEquals("00ff000000000000", memory.readBytes(0, 8).toHex());
    }

    @Test
    void zeroesRangesLongerThanItsBuffer() {
        memory.writeU8(0x2fff, 1);
        memory.writeU8(0x2ffe, 1);
        memory.zero(1, 0x2ffe);
        assertEquals(0, memory.readU8(0x2ffe));
        assertEquals(1, memory.readU8(0x2fff));
    }
}
