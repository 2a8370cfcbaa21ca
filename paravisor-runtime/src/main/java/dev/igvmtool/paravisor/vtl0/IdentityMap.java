package dev.igvmtool.paravisor.vtl0;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.x64.PageTableEntry;

/** Page tables that map the low 4 GiB to themselves with 2 MiB pages: PML4, PDPT, four page directories. */
final class IdentityMap {
    private static final int PAGE = 4096;
    private static final int ENTRIES = 512;
    private static final int DIRECTORIES = 4;
    private static final long LARGE_PAGE = 0x20_0000;
    private static final long LINK = PageTableEntry.PRESENT | PageTableEntry.WRITABLE | PageTableEntry.ACCESSED;
    private static final long LEAF = LINK | PageTableEntry.DIRTY | PageTableEntry.LARGE;

    private IdentityMap() {}

    /** The six tables, to be placed at {@code gpa}. */
    static Bytes fourGiB(long gpa) {
        ByteWriter writer = new ByteWriter();
        writer.u64(gpa + PAGE | LINK).alignTo(PAGE);
        for (int i = 0; i < DIRECTORIES; i++) {
            writer.u64(gpa + (2L + i) * PAGE | LINK);
        }
        writer.alignTo(PAGE);
        for (long i = 0; i < (long) DIRECTORIES * ENTRIES; i++) {
            writer.u64(i * LARGE_PAGE | LEAF);
        }
        return writer.toBytes();
    }
}
