package dev.igvmtool.abi.snp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CpuidPageTest {
    private static final CpuidPage.Entry VENDOR =
            new CpuidPage.Entry(0, 0, 0x10, 0x6874_7541, 0x444d_4163, 0x6974_6e65);
    private static final CpuidPage.Entry CORES = new CpuidPage.Entry(0xb, 1, 6, 64, 0x201, 0);
    private static final CpuidPage PAGE = new CpuidPage(List.of(VENDOR, CORES));

    @Test
    void aLeafStandsWhereTheFirmwareWritesIt() {
        Bytes bytes = PAGE.toBytes();

        assertEquals(CpuidPage.SIZE, bytes.size());
        assertEquals(2, bytes.u32(0));
        // The second entry: after the header of 16 bytes and one entry of 48.
        assertEquals(0xb, bytes.u32(64));
        assertEquals(1, bytes.u32(68));
        assertEquals(6, bytes.u32(88));
        assertEquals(64, bytes.u32(92));
        assertEquals(0x201, bytes.u32(96));
        assertEquals(PAGE, CpuidPage.read(bytes));
    }

    @Test
    void leavesAreFoundWithTheirSubleaf() {
        assertEquals(Optional.of(CORES), PAGE.find(0xb, 1));
        assertEquals(Optional.empty(), PAGE.find(0xb, 0));
    }

    @Test
    void moreThan64LeavesAreRefused() {
        Bytes full = new CpuidPage(Collections.nCopies(64, CORES)).toBytes();
        assertEquals(64, CpuidPage.read(full).entries().size());

        byte[] more = full.toByteArray();
        more[0] = 65;
        FormatException e = assertThrows(FormatException.class, () -> CpuidPage.read(Bytes.wrap(more)));
        assertEquals("CPUID page says 65 leaves, expected at most 64", e.getMessage());
    }

    @Test
    void aCutPageIsRefused() {
        Bytes page = PAGE.toBytes();
        for (int size = 0; size < 112; size++) {
            Bytes cut = page.slice(0, size);
            assertThrows(FormatException.class, () -> CpuidPage.read(cut));
        }
        assertEquals(PAGE, CpuidPage.read(page.slice(0, 112)));
    }

    @Test
    void everyFlippedBitIsReadOrRefused() {
        byte[] page = PAGE.toBytes().toByteArray();
        for (int bit = 0; bit < 112 * 8; bit++) {
            page[bit / 8] ^= (byte) (1 << bit % 8);
            Bytes damaged = Bytes.wrap(page.clone());
            try {
                CpuidPage.read(damaged);
            } catch (FormatException refused) {
                assertEquals(true, bit < 32, "bit " + bit);
            }
            page[bit / 8] ^= (byte) (1 << bit % 8);
        }
    }
}
