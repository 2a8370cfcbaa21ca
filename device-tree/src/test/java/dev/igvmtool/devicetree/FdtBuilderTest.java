package dev.igvmtool.devicetree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import java.util.List;
import org.junit.jupiter.api.Test;

class FdtBuilderTest {
    @Test
    void stringsComeBeforeTheStructureAndAreNotShared() {
        FdtBuilder fdt = new FdtBuilder(0x1000, List.of());
        assertEquals(0, fdt.addString("reg").offset());
        assertEquals(4, fdt.addString("reg").offset());
        Bytes blob = fdt.startNode("").endNode().build(5);
        assertEquals(
                "d00dfeed00000448000004380000003800000028" + "00000011000000100000000500000008000000100000000000000000",
                blob.slice(0, 48).toHex());
        assertEquals("00000001000000000000000200000009", blob.from(0x438).toHex());
    }

    @Test
    void theStringsBlockHoldsExactly1024Bytes() {
        FdtBuilder fdt = new FdtBuilder(0x1000, List.of());
        fdt.addString("x".repeat(1022));
        fdt.addString("");
        FdtBuildException e = assertThrows(FdtBuildException.class, () -> fdt.addString(""));
        assertTrue(e.getMessage().contains("strings block is full"), e.getMessage());
    }

    @Test
    void theBlobMayFillItsBufferButNotMore() {
        assertEquals(0x448, tree(0x448).size());
        assertThrows(FdtBuildException.class, () -> tree(0x447));
    }

    private static Bytes tree(int capacity) {
        return new FdtBuilder(capacity, List.of()).startNode("").endNode().build(0);
    }

    @Test
    void refusesReservationsThatTheFormatCannotHold() {
        refuses(new GpaRange(0, 0));
        refuses(new GpaRange(0x1000, 0x2000), new GpaRange(0x1000, 0x2000));
        refuses(new GpaRange(0x1000, 0x3000), new GpaRange(0x2000, 0x4000));
        new FdtBuilder(0x1000, List.of(new GpaRange(0x2000, 0x3000), new GpaRange(0x1000, 0x2000)));
    }

    private static void refuses(GpaRange... reservations) {
        assertThrows(FdtBuildException.class, () -> new FdtBuilder(0x1000, List.of(reservations)));
    }

    @Test
    void propertiesAfterAChildAreTheCallersBug() {
        FdtBuilder fdt = new FdtBuilder(0x1000, List.of());
        FdtBuilder.Name name = fdt.addString("reg");
        fdt.startNode("").startNode("child").endNode();
        assertThrows(IllegalStateException.class, () -> fdt.empty(name));
        assertThrows(IllegalStateException.class, () -> fdt.build(0));
    }
}
