package dev.igvmtool.machine.paging;

import dev.igvmtool.abi.arm.Syndrome;
import dev.igvmtool.abi.arm.SystemControl;
import dev.igvmtool.abi.arm.TranslationEntry;

/**
 * Stage 1 translation at exception level 1, 4 KiB granule, lower half of the address space (VMSAv8-64). The upper half
 * and other granules are translation faults.
 *
 * @param sctlr M and WXN
 * @param tcr T0SZ, TG0, EPD0 and IPS
 * @param ttbr0 root of the tables
 */
public record ArmTranslation(long sctlr, long tcr, long ttbr0) implements Translation {
    private static final int LAST_LEVEL = 3;
    private static final int PAGE_SHIFT = 12;
    private static final int INDEX_BITS = 9;
    private static final long EPD0 = 1 << 7;
    private static final int TG0_SHIFT = 14;
    private static final int IPS_SHIFT = 32;
    private static final int[] OUTPUT_BITS = {32, 36, 40, 42, 44, 48};
    private static final int LARGEST_OUTPUT = 48;
    private static final int SMALLEST_T0SZ = 16;
    private static final int LARGEST_T0SZ = 39;

    @Override
    public boolean paging() {
        return (sctlr & SystemControl.M) != 0;
    }

    @Override
    public boolean user() {
        return false;
    }

    @Override
    public AddressAlias alias() {
        return AddressAlias.NONE;
    }

    /** Addresses that no table translates end in a fault of the walk. */
    @Override
    public boolean isCanonical(long gva) {
        return true;
    }

    /** The fault code is the status of an abort, see {@link Syndrome}. Tables are never written: there are no dirty bits. */
    @Override
    public long walk(TableMemory tables, long gva, int access, boolean setBits) {
        if (!paging()) {
            return gva >>> LARGEST_OUTPUT == 0 ? gva : ~Syndrome.ADDRESS_SIZE;
        }
        int outputBits = outputBits();
        int addressBits = Long.SIZE - (int) (tcr & 0x3f);
        boolean granuleIs4K = (tcr >>> TG0_SHIFT & 3) == 0;
        boolean sizeIsKnown = addressBits <= Long.SIZE - SMALLEST_T0SZ && addressBits >= Long.SIZE - LARGEST_T0SZ;
        if (!granuleIs4K || !sizeIsKnown || (tcr & EPD0) != 0 || gva >>> addressBits != 0) {
            return ~Syndrome.TRANSLATION;
        }
        int level = LAST_LEVEL - (addressBits - PAGE_SHIFT - 1) / INDEX_BITS;
        long table = ttbr0 & TranslationEntry.ADDRESS_MASK;
        boolean writable = true;
        boolean executable = true;
        while (true) {
            int shift = PAGE_SHIFT + INDEX_BITS * (LAST_LEVEL - level);
            long entry = tables.readEntry(table + (gva >>> shift & 0x1ff) * Long.BYTES);
            boolean tableOrPage = (entry & TranslationEntry.TABLE_OR_PAGE) != 0;
            boolean leaf = level == LAST_LEVEL || !tableOrPage;
            boolean exists = level == LAST_LEVEL ? tableOrPage : tableOrPage || level != 0;
            if ((entry & TranslationEntry.VALID) == 0 || !exists) {
                return ~(Syndrome.TRANSLATION | level);
            }
            long address = entry & TranslationEntry.ADDRESS_MASK;
            if (address >>> outputBits != 0) {
                return ~(Syndrome.ADDRESS_SIZE | level);
            }
            if (leaf) {
                writable &= (entry & TranslationEntry.READ_ONLY) == 0;
                executable &= (entry & TranslationEntry.PXN) == 0 && !(writable && (sctlr & SystemControl.WXN) != 0);
                int fault = fault(entry, access, writable, executable);
                long offsetMask = (1L << shift) - 1;
                return fault != 0 ? ~(fault | level) : address & ~offsetMask | gva & offsetMask;
            }
            writable &= (entry & TranslationEntry.READ_ONLY_TABLE) == 0;
            executable &= (entry & TranslationEntry.PXN_TABLE) == 0;
            table = address;
            level++;
        }
    }

    private static int fault(long entry, int access, boolean writable, boolean executable) {
        if ((entry & TranslationEntry.ACCESSED) == 0) {
            return Syndrome.ACCESS_FLAG;
        }
        boolean permitted = access == PageWalker.READ || (access == PageWalker.WRITE ? writable : executable);
        return permitted ? 0 : Syndrome.PERMISSION;
    }

    private int outputBits() {
        int size = (int) (tcr >>> IPS_SHIFT) & 7;
        return OUTPUT_BITS[Math.min(size, OUTPUT_BITS.length - 1)];
    }
}
