package dev.igvmtool.bootshim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.machine.memory.PhysicalMemory;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The relocator on sections made by hand, at a base of 64 KiB. */
class RelocatorTest {
    private static final long BASE = 0x1_0000;
    private static final long DYNAMIC = BASE + 0x100;
    private static final long TABLE = 0x200;
    private static final long RELATIVE = 8;
    private static final long SYMBOL = 1L << 32;

    private final PhysicalMemory memory = new PhysicalMemory(List.of(GpaRange.ofSize(BASE, 0x1000)));

    private void words(long address, long... values) {
        for (int i = 0; i < values.length; i++) {
            memory.writeU64(address + (long) i * Long.BYTES, values[i]);
        }
    }

    private int run() {
        return new Relocator(memory, BASE, Relocator.X64_RELATIVE).run(DYNAMIC);
    }

    @Test
    void withAddendsTheWordIsAddendAndBase() {
        words(DYNAMIC, 7, TABLE, 9, 24, 0x6fff_fff9L, 2, 0, 0);
        words(BASE + TABLE, 0x800, RELATIVE, 0x123, 0x808, RELATIVE, 0x456, 0x810, RELATIVE, 1);
        words(BASE + 0x800, 5, 5, 5);
        assertEquals(Relocator.DONE, run());
        assertEquals(BASE + 0x123, memory.readU64(BASE + 0x800));
        assertEquals(BASE + 0x456, memory.readU64(BASE + 0x808));
        assertEquals(5, memory.readU64(BASE + 0x810), "beyond the count");
    }

    @Test
    void withoutAddendsTheBaseIsAdded() {
        words(DYNAMIC, 17, TABLE, 19, 16, 0x6fff_fffaL, 1, 0, 0);
        words(BASE + TABLE, 0x800, RELATIVE);
        words(BASE + 0x800, 0x123);
        assertEquals(Relocator.DONE, run());
        assertEquals(BASE + 0x123, memory.readU64(BASE + 0x800));
    }

    @Test
    void aSectionAtTheBaseIsNone() {
        words(BASE, 7, TABLE, 9, 1);
        assertEquals(Relocator.DONE, new Relocator(memory, BASE, Relocator.X64_RELATIVE).run(BASE));
    }

    @Test
    void aarch64HasAnotherTypeOfRelocation() {
        Relocator arm = new Relocator(memory, BASE, Relocator.AARCH64_RELATIVE);
        words(DYNAMIC, 7, TABLE, 9, 24, 0x6fff_fff9L, 1, 0, 0);
        words(BASE + TABLE, 0x800, 0x403, 0x123);
        assertEquals(Relocator.DONE, arm.run(DYNAMIC));
        assertEquals(BASE + 0x123, memory.readU64(BASE + 0x800));
        words(BASE + TABLE, 0x800, RELATIVE, 0x123);
        assertEquals(Relocator.BAD_RELA_TYPE, arm.run(DYNAMIC));
    }

    @Test
    void otherTagsMeanNothing() {
        words(DYNAMIC, 1, 2, 0x6fff_fffbL, 3, 0, 7);
        assertEquals(Relocator.DONE, run());
    }

    @Test
    void eachErrorHasItsCode() {
        words(DYNAMIC, 7, TABLE, 9, 24, 0x6fff_fff9L, 1, 0, 0);
        words(BASE + TABLE, 0x800, RELATIVE | SYMBOL, 0);
        assertEquals(Relocator.BAD_RELA_TYPE, run());
        words(DYNAMIC, 7, TABLE, 9, 16);
        assertEquals(Relocator.BAD_RELA_SIZE, run());
        words(DYNAMIC, 17, TABLE, 19, 16, 0x6fff_fffaL, 1, 0, 0);
        assertEquals(Relocator.BAD_REL_TYPE, run());
        words(DYNAMIC, 17, TABLE, 19, 24);
        assertEquals(Relocator.BAD_REL_SIZE, run());
    }

    @Test
    void whatStandsBeforeAnErrorIsDone() {
        words(DYNAMIC, 7, TABLE, 9, 24, 0x6fff_fff9L, 2, 0, 0);
        words(BASE + TABLE, 0x800, RELATIVE, 0x123, 0x808, 1, 0x456);
        words(BASE + 0x808, 5);
        assertEquals(Relocator.BAD_RELA_TYPE, run());
        assertEquals(BASE + 0x123, memory.readU64(BASE + 0x800));
        assertEquals(5, memory.readU64(BASE + 0x808));
    }
}
