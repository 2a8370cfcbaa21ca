package dev.igvmtool.kernelstub.state;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SelectorsTest {
    @Test
    void descriptorsAreThoseOfLinux() {
        long[] table = Selectors.table(0xffff_8880_0803_e080L);
        assertEquals(0x00af_9b00_0000_ffffL, table[Selectors.KERNEL_CODE / 8]);
        assertEquals(0x00cf_9300_0000_ffffL, table[Selectors.KERNEL_DATA / 8]);
        assertEquals(0x00cf_f300_0000_ffffL, table[Selectors.USER_DATA / 8]);
        assertEquals(0x00af_fb00_0000_ffffL, table[Selectors.USER_CODE / 8]);
        assertEquals(0x0800_8b03_e080_0067L, table[Selectors.TASK / 8]);
        assertEquals(0xffff_8880L, table[Selectors.TASK / 8 + 1]);
    }

    @Test
    void systemReturnFindsTheUserSegments() {
        assertEquals(Selectors.USER_CODE, Selectors.USER_BASE + 16);
        assertEquals(Selectors.USER_DATA, Selectors.USER_BASE + 8);
    }
}
