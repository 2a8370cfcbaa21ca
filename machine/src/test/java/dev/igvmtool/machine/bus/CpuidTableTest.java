package dev.igvmtool.machine.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.machine.guest.CpuidResult;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Expected values are those under which the real boot shim ran (events of the hand-over test data). */
class CpuidTableTest {
    private static final long PRIVILEGES = 0x003b_8030_0000_2e7fL;

    private static CpuidTable table(boolean x2apic, int bits, int isolation, int tsc) {
        return new CpuidTable(new CpuidTable.Features(x2apic, bits, PRIVILEGES, isolation, 4, tsc), Map.of());
    }

    @Test
    void leavesThatTheShimReads() {
        CpuidTable table = table(true, 46, 0, 0);

        assertEquals(new CpuidResult(0x806f8, 0, 0x8020_0001, 0x078b_fbff), table.query(1, 0, 0));
        assertEquals(new CpuidResult(0x2e7f, 0x3b_8030, 0, 0), table.query(0x4000_0003, 0, 0));
        assertEquals(new CpuidResult(0x8000_0008, 0, 0, 0), table.query(0x8000_0000, 0, 0));
        assertEquals(new CpuidResult(0x302e, 0, 0, 0), table.query(0x8000_0008, 0, 0));
        assertEquals(CpuidResult.NONE, table.query(7, 0, 0));
    }

    @Test
    void featuresChangeTheirBits() {
        assertEquals(0x8000_0001, table(false, 46, 0, 0).query(1, 0, 0).ecx());
        assertEquals(0x3034, table(true, 52, 0, 0).query(0x8000_0008, 0, 0).eax());
        assertEquals(new CpuidResult(2, 0x50, 0, 0), table(true, 52, 3, 0x50).query(0x15, 0, 0));
        assertEquals(3, table(true, 52, 3, 0x50).query(0x4000_000c, 0, 0).ebx());
    }

    @Test
    void vendorsReadAsText() {
        CpuidResult vendor = table(true, 46, 0, 0).query(0, 0, 0);
        assertEquals("GenuineIntel", text(vendor.ebx(), vendor.edx(), vendor.ecx()));
        CpuidResult hypervisor = table(true, 46, 0, 0).query(0x4000_0000, 0, 0);
        assertEquals("Microsoft Hv", text(hypervisor.ebx(), hypervisor.ecx(), hypervisor.edx()));
    }

    @Test
    void configurationReplacesLeaves() {
        CpuidResult other = new CpuidResult(1, 2, 3, 4);
        CpuidTable table = new CpuidTable(
                new CpuidTable.Features(true, 46, PRIVILEGES, 0, 1, 0), Map.of(new CpuidTable.Key(7, 0), other));

        assertEquals(other, table.query(7, 0, 0));
        assertEquals(CpuidResult.NONE, table.query(7, 1, 0));
    }

    private static String text(int... words) {
        StringBuilder text = new StringBuilder();
        for (int word : words) {
            for (int i = 0; i < 4; i++) {
                text.append((char) (word >> 8 * i & 0xff));
            }
        }
        return text.toString();
    }
}
