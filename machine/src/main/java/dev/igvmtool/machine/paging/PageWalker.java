package dev.igvmtool.machine.paging;

import dev.igvmtool.abi.x64.PageTableEntry;

/** Walks 4-level page tables. */
public final class PageWalker {
    /** What an access needs. */
    public static final int READ = 0;

    public static final int WRITE = 1;
    public static final int EXECUTE = 2;

    private static final int LEVELS = 4;
    private static final long PAGE_MASK = 0xfff;

    private PageWalker() {}

    /** True if bits 47 to 63 of an address are equal. */
    public static boolean isCanonical(long gva) {
        return gva << 16 >> 16 == gva;
    }

    /**
     * Translates one address and sets accessed and dirty bits as the processor does.
     *
     * @param gva a canonical address
     * @param access {@link #READ}, {@link #WRITE} or {@link #EXECUTE}
     * @param setBits false leaves the tables alone
     * @return the guest physical address, with the bit of its alias as the last entry has it, or for a fault the complement of its error code (a negative number)
     */
    public static long walk(TableMemory tables, PagingMode mode, long gva, int access, boolean setBits) {
        if (!mode.paging()) {
            return gva;
        }
        boolean noExecute = mode.has(mode.efer(), PagingMode.EFER_NXE);
        int code = (access == WRITE ? PageFault.WRITE : 0)
                | (mode.user() ? PageFault.USER : 0)
                | (access == EXECUTE && (noExecute || mode.has(mode.cr4(), PagingMode.CR4_SMEP)) ? PageFault.FETCH : 0);
        long reserved = PageTableEntry.ADDRESS_MASK
                & -(1L << mode.physicalAddressBits())
                & ~mode.alias().bit();
        if (!noExecute) {
            reserved |= PageTableEntry.NO_EXECUTE;
        }
        long[] addresses = new long[LEVELS];
        long[] entries = new long[LEVELS];
        long tableMask = PageTableEntry.ADDRESS_MASK & ~mode.alias().bit();
        long table = mode.cr3() & tableMask;
        boolean writable = true;
        boolean userPage = true;
        boolean executable = true;
        int level = LEVELS - 1;
        while (true) {
            int shift = 12 + 9 * level;
            long address = table + (gva >>> shift & 0x1ff) * Long.BYTES;
            long entry = tables.readEntry(address);
            addresses[level] = address;
            entries[level] = entry;
            if ((entry & PageTableEntry.PRESENT) == 0) {
                return ~code;
            }
            boolean large = level > 0 && (entry & PageTableEntry.LARGE) != 0;
            if ((entry & reserved) != 0 || large && (level == LEVELS - 1 || (entry & largeReserved(level)) != 0)) {
                return ~(code | PageFault.PRESENT | PageFault.RESERVED);
            }
            writable &= (entry & PageTableEntry.WRITABLE) != 0;
            userPage &= (entry & PageTableEntry.USER) != 0;
            executable &= (entry & PageTableEntry.NO_EXECUTE) == 0;
            if (level == 0 || large) {
                if (!permitted(mode, access, writable, userPage, executable)) {
                    return ~(code | PageFault.PRESENT);
                }
                if (setBits) {
                    setBits(tables, addresses, entries, level, access == WRITE);
                }
                long offsetMask = (1L << shift) - 1;
                return entry & PageTableEntry.ADDRESS_MASK & ~offsetMask | gva & offsetMask;
            }
            table = entry & tableMask;
            level--;
        }
    }

    private static boolean permitted(
            PagingMode mode, int access, boolean writable, boolean userPage, boolean executable) {
        if (mode.user()) {
            return userPage && (access != WRITE || writable) && (access != EXECUTE || executable);
        }
        return switch (access) {
            case EXECUTE -> executable && !(userPage && mode.has(mode.cr4(), PagingMode.CR4_SMEP));
            case WRITE -> (writable || !mode.has(mode.cr0(), PagingMode.CR0_WP)) && !smapRefuses(mode, userPage);
            default -> !smapRefuses(mode, userPage);
        };
    }

    private static boolean smapRefuses(PagingMode mode, boolean userPage) {
        return userPage && mode.has(mode.cr4(), PagingMode.CR4_SMAP) && !mode.accessFlag();
    }

    private static void setBits(TableMemory tables, long[] addresses, long[] entries, int leaf, boolean dirty) {
        for (int level = LEVELS - 1; level >= leaf; level--) {
            long bits = PageTableEntry.ACCESSED | (dirty && level == leaf ? PageTableEntry.DIRTY : 0);
            if ((entries[level] & bits) != bits) {
                tables.writeEntry(addresses[level], entries[level] | bits);
            }
        }
    }

    /** Address bits below the size of a large page, bit 12 (PAT) apart. */
    private static long largeReserved(int level) {
        return (1L << 12 + 9 * level) - 1 & ~PAGE_MASK & ~(1L << 12);
    }
}
