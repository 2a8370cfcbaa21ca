package dev.igvmtool.builder.paging;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * AArch64 stage 1 tables (4 KiB granule, level 0 root) that map one range onto itself.
 * {@code vm/loader/page_table/src/aarch64.rs}.
 */
public final class Aarch64PageTables {
    /** Pages set aside for the tables of an OpenHCL image. */
    public static final int OPENHCL_PAGE_COUNT = 15;

    /** Pages of the tables of a UEFI image. */
    public static final int UEFI_PAGE_COUNT = 4;

    private static final int TABLE_BYTES = 4096;
    private static final long TABLE_LINK = 3;
    private static final long GIB = 1L << 30;
    private static final long LARGE_PAGE = 1L << 21;

    /** Valid block, attribute index 3, inner shareable, accessed, not executable at EL0. */
    private static final long BLOCK = 0x0040_0000_0000_070dL;

    private final long gpa;
    private final ByteBuffer content =
            ByteBuffer.allocate(OPENHCL_PAGE_COUNT * TABLE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private int tables = 1;

    private Aarch64PageTables(long gpa) {
        this.gpa = gpa;
        // The reference takes its root from a pool filled with this byte and clears only lower tables.
        Arrays.fill(content.array(), 0, TABLE_BYTES, (byte) 0xfe);
    }

    /**
     * The tables of an OpenHCL image.
     *
     * @param gpa address of the root
     * @param range 2 MiB aligned, below 2^48
     * @return whole tables, at most {@link #OPENHCL_PAGE_COUNT}
     */
    public static Bytes openhcl(long gpa, GpaRange range) {
        Aarch64PageTables tables = new Aarch64PageTables(gpa);
        for (long va = range.start(); va < range.end(); ) {
            boolean giant = va % GIB == 0 && range.end() - va >= GIB;
            int level1 = tables.next(0, va, 39, true);
            if (giant) {
                tables.content.putLong(slot(level1, va, 30), va | BLOCK);
                va += GIB;
            } else {
                int level2 = tables.next(level1, va, 30, false);
                tables.content.putLong(slot(level2, va, 21), va | BLOCK);
                va += LARGE_PAGE;
            }
        }
        return Bytes.wrap(Arrays.copyOf(tables.content.array(), tables.tables * TABLE_BYTES));
    }

    /** The tables of a UEFI image: 1 GiB of normal memory at 0, then 3 GiB of device memory; two empty pages follow. */
    public static Bytes uefi(long gpa) {
        ByteBuffer result = ByteBuffer.allocate(UEFI_PAGE_COUNT * TABLE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        result.putLong(0, gpa + TABLE_BYTES | TABLE_LINK);
        result.putLong(TABLE_BYTES, 0x0040_0000_0000_0701L);
        for (int i = 1; i < 4; i++) {
            result.putLong(TABLE_BYTES + i * Long.BYTES, i * GIB | 0x0040_0000_0000_0705L);
        }
        return Bytes.wrap(result.array());
    }

    /** The table below, made if need be. A root entry that was never written holds the fill pattern. */
    private int next(int table, long va, int shift, boolean root) {
        int slot = slot(table, va, shift);
        long entry = content.getLong(slot);
        long empty = root ? 0xfefe_fefe_fefe_fefeL : 0;
        if (entry == empty) {
            if (tables == OPENHCL_PAGE_COUNT) {
                throw new FormatException("the page tables need more than " + OPENHCL_PAGE_COUNT + " pages");
            }
            content.putLong(slot, gpa + (long) tables * TABLE_BYTES | TABLE_LINK);
            return tables++;
        }
        return (int) (((entry & ~0xfffL) - gpa) / TABLE_BYTES);
    }

    private static int slot(int table, long va, int shift) {
        return table * TABLE_BYTES + (int) (va >>> shift & 511) * Long.BYTES;
    }
}
