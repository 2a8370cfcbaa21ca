package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.x64.PageTableEntry;

/** Page tables of the test's VTL2: a direct map of everything below 4 GiB, and what user mappings bring. */
final class TestPages {
    private static final long PAGE = 4096;
    private static final long LARGE = 0x20_0000;
    private static final long TABLE = PageTableEntry.PRESENT | PageTableEntry.WRITABLE | PageTableEntry.USER;

    private final Memory physical;
    private final long root;
    private long next;

    /** @param start of free physical memory, page aligned; the first page becomes the root */
    TestPages(Memory physical, long start) {
        this.physical = physical;
        this.root = start;
        this.next = start + PAGE;
        map(TestKernel.DIRECT_MAP, 0, 1L << 32, PageTableEntry.PRESENT | PageTableEntry.WRITABLE);
    }

    long root() {
        return root;
    }

    /** Maps for user mode. */
    void mapUser(long gva, long gpa, long size) {
        map(gva, gpa, size, TABLE);
    }

    /** Takes mappings of whole pages away. */
    void unmap(long gva, long size) {
        for (long at = gva; at < gva + size; at += PAGE) {
            map(at, 0, PAGE, 0);
        }
    }

    private void map(long gva, long gpa, long size, long flags) {
        for (long done = 0; done < size; ) {
            boolean large = ((gva + done | gpa + done) & LARGE - 1) == 0 && size - done >= LARGE;
            int level = large ? 2 : 1;
            long entry = flags == 0 ? 0 : gpa + done | flags | (large ? PageTableEntry.LARGE : 0);
            physical.writeU64(entry(gva + done, level), entry);
            done += large ? LARGE : PAGE;
        }
    }

    private long entry(long gva, int level) {
        long table = root;
        for (int at = 4; at > level; at--) {
            long address = table + index(gva, at) * 8;
            if (physical.readU64(address) == 0) {
                physical.writeU64(address, next | TABLE);
                next += PAGE;
            }
            table = new PageTableEntry(physical.readU64(address)).address();
        }
        return table + index(gva, level) * 8;
    }

    private static long index(long gva, int level) {
        return gva >>> 12 + 9 * (level - 1) & 511;
    }
}
