package dev.igvmtool.bootshim.plan;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.shim.MemoryVtlType;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.abi.x64.TdxTrampolineContext;
import dev.igvmtool.bootshim.plan.AddressSpace.Allocation;
import dev.igvmtool.bootshim.plan.AddressSpace.Policy;
import dev.igvmtool.bootshim.plan.AddressSpace.Typed;
import dev.igvmtool.bootshim.plan.AddressSpace.Usage;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;

/**
 * The page tables on which the other processors of a TD wait for the kernel: memory of VTL2 below 4 GiB to be read and
 * executed, and their mailbox. Follows openhcl_boot/src/arch/x86_64/tdx.rs.
 */
public final class ApPageTables {
    private static final int PAGE_BYTES = 4096;
    private static final int PAGES = 20;
    private static final long LARGE_PAGE = 2 << 20;
    private static final long HUGE_PAGE = 1 << 30;
    private static final long END = 1L << 32;
    private static final int LEVELS = 4;

    private static final long READ_ONLY = PageTableEntry.PRESENT | PageTableEntry.ACCESSED | PageTableEntry.DIRTY;
    private static final long LINK = PageTableEntry.PRESENT | PageTableEntry.WRITABLE | PageTableEntry.ACCESSED;

    private final long base;
    private final ByteBuffer tables = ByteBuffer.allocate(PAGES * PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private int used = 1;

    private ApPageTables(long base) {
        this.base = base;
    }

    /**
     * Sets memory for the tables aside, on TDX; nothing is done elsewhere.
     *
     * @throws ShimFatalException if there is no room
     */
    static AddressSpace allocate(ShimInputs inputs, AddressSpace space) {
        if (inputs.isolation() != TreeIsolation.TDX) {
            return space;
        }
        return space.allocate(
                        OptionalLong.empty(), (long) PAGES * PAGE_BYTES, Usage.TDX_PAGE_TABLES, Policy.LOW, LARGE_PAGE)
                .map(Allocation::rest)
                .orElseThrow(() -> new ShimFatalException(
                        "VTL2 has no room for the page tables of other processors: " + PAGES + " pages at 2 MiB"));
    }

    /** Where {@link #allocate} has put the tables. */
    public static GpaRange range(AddressSpace space) {
        return space.pieces().stream()
                .filter(piece -> piece.usage() == Usage.TDX_PAGE_TABLES)
                .findFirst()
                .orElseThrow()
                .range();
    }

    /**
     * The content of the tables, the root first.
     *
     * @throws ShimFatalException if they do not suffice, or the mailbox lies in a large page of VTL2
     */
    public static Bytes of(AddressSpace space) {
        ApPageTables builder = new ApPageTables(range(space).start());
        for (Typed piece : space.typed()) {
            if (piece.type() == MemoryVtlType.VTL2_RAM) {
                builder.mapReadOnly(piece.range());
            }
        }
        builder.put(TdxTrampolineContext.GPA, 0, TdxTrampolineContext.GPA | READ_ONLY | PageTableEntry.WRITABLE);
        return Bytes.of(builder.tables.array());
    }

    private void mapReadOnly(GpaRange range) {
        long end = Long.compareUnsigned(range.end(), END) > 0 ? END : range.end();
        for (long at = range.start(); Long.compareUnsigned(at, end) < 0; ) {
            int level = fits(at, end, HUGE_PAGE) ? 2 : fits(at, end, LARGE_PAGE) ? 1 : 0;
            put(at, level, at | READ_ONLY | (level > 0 ? PageTableEntry.LARGE : 0));
            at += (long) PAGE_BYTES << 9 * level;
        }
    }

    private static boolean fits(long at, long end, long size) {
        return (at & size - 1) == 0 && end - at >= size;
    }

    /** Stores an entry on {@code leafLevel}, 0 for 4 KiB, and adds the tables above it. */
    private void put(long gpa, int leafLevel, long entry) {
        int table = 0;
        for (int level = LEVELS - 1; level > leafLevel; level--) {
            int slot = slot(table, gpa, level);
            long link = tables.getLong(slot);
            if (link == 0) {
                if (used == PAGES) {
                    throw new ShimFatalException(
                            "memory of VTL2 needs more than " + PAGES + " page tables for other processors");
                }
                link = base + (long) used * PAGE_BYTES | LINK;
                used++;
                tables.putLong(slot, link);
            }
            PageTableEntry above = new PageTableEntry(link);
            if (above.large()) {
                throw new ShimFatalException(
                        String.format("page 0x%x is part of a larger page of VTL2: entry 0x%x", gpa, link));
            }
            table = (int) (above.address() - base) / PAGE_BYTES;
        }
        tables.putLong(slot(table, gpa, leafLevel), entry);
    }

    private static int slot(int table, long gpa, int level) {
        return table * PAGE_BYTES + ((int) (gpa >>> 12 + 9 * level) & 0x1ff) * Long.BYTES;
    }
}
