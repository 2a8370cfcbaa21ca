package dev.igvmtool.bootshim.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.bootshim.plan.AddressSpace.Piece;
import dev.igvmtool.bootshim.plan.AddressSpace.Usage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The cases that the golden boots of trust domains do not have; those compare whole tables. */
class ApPageTablesTest {
    private static final long MIB = 1 << 20;
    private static final long GIB = 1 << 30;
    private static final long BASE = 128 * MIB;
    private static final long PAGE = 4096;

    /** Tables, then free memory and log buffers in turn, each boundary in large pages of its own. */
    private static AddressSpace holes(int count, long end) {
        List<Piece> pieces = new ArrayList<>();
        pieces.add(new Piece(GpaRange.ofSize(BASE, 20 * PAGE), 0, Usage.TDX_PAGE_TABLES));
        long at = BASE + 20 * PAGE;
        for (int i = 0; i < count; i++) {
            long hole = BASE + (i + 1L) * 4 * MIB + PAGE;
            pieces.add(new Piece(new GpaRange(at, hole), 0, Usage.FREE));
            at = hole + PAGE;
            pieces.add(new Piece(new GpaRange(hole, at), 0, Usage.LOG_BUFFER));
        }
        pieces.add(new Piece(new GpaRange(at, end), 0, Usage.FREE));
        return new AddressSpace(pieces);
    }

    private static long entry(Bytes tables, int table, int index) {
        return tables.u64((int) (table * PAGE) + index * Long.BYTES);
    }

    @Test
    void aGibibyteIsOneEntry() {
        Bytes tables = ApPageTables.of(holes(0, 3 * GIB));
        long directories = entry(tables, 0, 0) & -PAGE;
        assertEquals(BASE + PAGE, directories);
        assertEquals(GIB | 0xe1, entry(tables, 1, 1));
        assertEquals(2 * GIB | 0xe1, entry(tables, 1, 2));
        // The fourth has the mailbox, which is written.
        assertEquals(0x23, entry(tables, 1, 3) & 0xfff);
        assertEquals(0, entry(tables, 1, 4));
    }

    @Test
    void whatIsAboveFourGibibytesIsLeftOut() {
        List<Piece> pieces = new ArrayList<>(holes(0, GIB).pieces());
        pieces.add(new Piece(new GpaRange(4 * GIB, 6 * GIB), 0, Usage.FREE));
        assertEquals(ApPageTables.of(holes(0, GIB)), ApPageTables.of(new AddressSpace(pieces)));
    }

    @Test
    void theMailboxMustNotBeInALargePage() {
        String reason = assertThrows(ShimFatalException.class, () -> ApPageTables.of(holes(0, 6 * GIB)))
                .getMessage();
        assertEquals("page 0xfffff000 is part of a larger page of VTL2: entry 0xc00000e1", reason);
    }

    @Test
    void theMailboxIsWritable() {
        Bytes tables = ApPageTables.of(holes(0, 256 * MIB));
        int last = (int) (((entry(tables, 1, 3) & -PAGE) - BASE) / PAGE);
        int leaves = (int) (((entry(tables, last, 511) & -PAGE) - BASE) / PAGE);
        assertEquals(0xffff_f063L, entry(tables, leaves, 511));
    }

    @Test
    void asManyHolesAsThereAreTables() {
        // Root, directories, a directory for memory and one for the mailbox, the mailbox's table, that of the first
        // piece.
        int room = 20 - 6;
        Bytes tables = ApPageTables.of(holes(room, 256 * MIB));
        assertTrue(entry(tables, 19, 511) != 0, "the last table is the mailbox's");
        String reason = assertThrows(ShimFatalException.class, () -> ApPageTables.of(holes(room + 1, 256 * MIB)))
                .getMessage();
        assertEquals("memory of VTL2 needs more than 20 page tables for other processors", reason);
    }
}
