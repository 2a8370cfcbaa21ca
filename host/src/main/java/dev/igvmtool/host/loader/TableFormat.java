package dev.igvmtool.host.loader;

import dev.igvmtool.abi.arm.TranslationEntry;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.machine.guest.Architecture;
import dev.igvmtool.machine.memory.Encryption;

/**
 * Entries of four-level page tables, as far as moving them goes.
 *
 * @param architecture which says what bit 1 means
 * @param addressMask bits of an entry, and of the root, that are an address
 * @param directory what a new directory entry has besides its address
 */
record TableFormat(Architecture architecture, long addressMask, long directory) {
    private static final int ROOT_LEVEL = 3;
    private static final long CR4_LA57 = 1 << 12;
    private static final int GRANULE_SHIFT = 14;
    /** T0SZ with which a walk begins at the first of four levels. */
    private static final long FEWEST_UNUSED_BITS = 16;

    private static final long MOST_UNUSED_BITS = 24;

    /** The format of an image's tables; private pages of SNP are marked by a bit that is no part of the address. */
    static TableFormat of(Architecture architecture, PlatformType platform) {
        if (architecture == Architecture.AARCH64) {
            return new TableFormat(
                    architecture,
                    TranslationEntry.ADDRESS_MASK,
                    TranslationEntry.VALID | TranslationEntry.TABLE_OR_PAGE);
        }
        long encryptionBit =
                platform == PlatformType.SEV_SNP ? Encryption.SNP.alias().bit() : 0;
        return new TableFormat(
                architecture,
                PageTableEntry.ADDRESS_MASK & ~encryptionBit,
                PageTableEntry.PRESENT | PageTableEntry.WRITABLE | PageTableEntry.ACCESSED | encryptionBit);
    }

    /**
     * @param control CR4, on AArch64 TCR_EL1
     * @throws LoadException if it does not say four levels and pages of 4 KiB
     */
    void check(long control) {
        if (architecture == Architecture.X64) {
            if ((control & CR4_LA57) != 0) {
                throw new LoadException("page tables of five levels cannot be relocated: CR4 has LA57");
            }
            return;
        }
        long unusedBits = control & 0x3f;
        if ((control >>> GRANULE_SHIFT & 3) != 0 || unusedBits < FEWEST_UNUSED_BITS || unusedBits > MOST_UNUSED_BITS) {
            throw new LoadException(String.format(
                    "page tables cannot be relocated: TCR_EL1 is 0x%x, expected pages of 4 KiB and four levels",
                    control));
        }
    }

    /** True if the entry leads or maps to something. */
    boolean isPresent(long entry) {
        return (entry & PageTableEntry.PRESENT) != 0;
    }

    /** True if a present entry maps memory; level 0 is the last. */
    boolean isLeaf(long entry, int level) {
        if (level == 0) {
            return true;
        }
        return architecture == Architecture.AARCH64
                ? (entry & TranslationEntry.TABLE_OR_PAGE) == 0
                : level < ROOT_LEVEL && (entry & PageTableEntry.LARGE) != 0;
    }
}
