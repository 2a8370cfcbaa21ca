package dev.igvmtool.builder.paging;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.x64.PageTableEntry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * x64 page tables that map the first 4 GiB in pages of 2 MiB: PML4, PDPT, four page directories.
 * {@code vm/loader/page_table/src/x64.rs: build_page_tables_64}.
 */
public final class IdentityMap {
    /** Pages of the tables. */
    public static final int PAGE_COUNT = 6;

    /** Pages of the tables that {@link #biased} builds: no PML4. */
    public static final int BIASED_PAGE_COUNT = 5;

    private static final int TABLE_BYTES = 4096;
    private static final int DIRECTORIES = 4;
    private static final long LINK = PageTableEntry.PRESENT | PageTableEntry.WRITABLE | PageTableEntry.ACCESSED;
    private static final long LEAF = LINK | PageTableEntry.DIRTY | PageTableEntry.LARGE;

    private IdentityMap() {}

    /**
     * The tables for {@code gpa}.
     *
     * @param encryptionBit set in every present entry; 0 for none
     */
    public static Bytes build(long gpa, long encryptionBit) {
        ByteBuffer content = buffer(PAGE_COUNT);
        content.putLong(0, gpa + TABLE_BYTES | LINK | encryptionBit);
        fill(content, TABLE_BYTES, gpa + TABLE_BYTES, encryptionBit);
        return Bytes.wrap(content.rewind());
    }

    /**
     * The tables for {@code gpa}, and one more link in the PML4: to the tables of {@link #biased}.
     *
     * @param sharedTablesGpa address of those tables
     * @param bias a multiple of 512 GiB below 2^48
     */
    public static Bytes buildWithSharedView(long gpa, long sharedTablesGpa, long bias) {
        ByteBuffer content = buffer(PAGE_COUNT).put(build(gpa, 0).asBuffer());
        content.putLong((int) (bias >>> 39) * Long.BYTES, sharedTablesGpa | LINK);
        return Bytes.wrap(content.rewind());
    }

    /** PDPT and page directories for {@code gpa}, whose leaves lead to the address plus {@code bias}. */
    public static Bytes biased(long gpa, long bias) {
        ByteBuffer content = buffer(BIASED_PAGE_COUNT);
        fill(content, 0, gpa, bias);
        for (int i = 0; i < DIRECTORIES; i++) {
            // Links lead to the tables themselves.
            content.putLong(i * Long.BYTES, content.getLong(i * Long.BYTES) & ~bias);
        }
        return Bytes.wrap(content.rewind());
    }

    /** PDPT at {@code offset} and {@code gpa}, page directories behind it. */
    private static void fill(ByteBuffer content, int offset, long gpa, long bits) {
        for (int i = 0; i < DIRECTORIES; i++) {
            long directory = (i + 1L) * TABLE_BYTES;
            content.putLong(offset + i * Long.BYTES, gpa + directory | LINK | bits);
            for (int j = 0; j < 512; j++) {
                content.putLong(
                        offset + (int) directory + j * Long.BYTES, ((long) i << 30) + ((long) j << 21) | LEAF | bits);
            }
        }
    }

    private static ByteBuffer buffer(int pages) {
        return ByteBuffer.allocate(pages * TABLE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }
}
