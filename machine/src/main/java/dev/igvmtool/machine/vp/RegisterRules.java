package dev.igvmtool.machine.vp;

import dev.igvmtool.machine.memory.Encryption;
import dev.igvmtool.machine.paging.PageWalker;
import dev.igvmtool.machine.partition.Partition;

/**
 * Which values registers of the processor take (SDM volume 3, 2.5, 4.5, 11.11 and 11.12), whether an instruction, an MSR
 * or a hypercall writes them.
 */
final class RegisterRules {
    static final long CR0_PE = 1;
    static final long CR0_PG = 1L << 31;
    static final long CR4_PAE = 1 << 5;
    static final long EFER_LME = 1 << 8;
    static final long EFER_LMA = 1 << 10;

    private static final long CR0_NW = 1 << 29;
    private static final long CR0_CD = 1 << 30;
    private static final long CR0_BITS = 0xffff_ffffL;
    /** All up to bit 11 and FSGSBASE, PCIDE, OSXSAVE, SMEP, SMAP, PKE, CET; no VMX, SMX, LA57. */
    private static final long CR4_BITS = 0x00f7_0fffL;

    private static final long CR4_PCIDE = 1 << 17;
    /** Bit 63 of a value for CR3 asks not to flush, if PCIDs are on. */
    private static final long CR3_NO_FLUSH = 1L << 63;

    private static final long EFER_SCE_LME_NXE = 0x901;
    private static final long EFER_SVME = 1 << 12;
    private static final long DR_HIGH = 0xffff_ffff_0000_0000L;
    private static final int MTRR_DEFAULT_BITS = 0xcff;
    private static final long MTRR_MASK_VALID = 1 << 11;

    private RegisterRules() {}

    static boolean isCr0(long value) {
        return (value & ~CR0_BITS) == 0
                && ((value & CR0_PG) == 0 || (value & CR0_PE) != 0)
                && ((value & CR0_NW) == 0 || (value & CR0_CD) != 0);
    }

    static boolean isCr3(Partition partition, long value, long cr4) {
        long width = (1L << partition.addressBits()) - 1;
        long aliases = partition.memory().encryption().alias().bit();
        long allowed = width | aliases | ((cr4 & CR4_PCIDE) != 0 ? CR3_NO_FLUSH : 0);
        return (value & ~allowed) == 0;
    }

    static boolean isCr4(long value) {
        return (value & ~CR4_BITS) == 0;
    }

    static boolean isCr8(long value) {
        return (value & ~0xfL) == 0;
    }

    /** SVME is set in SNP guests from their start, and may stay. */
    static boolean isEfer(Partition partition, long value) {
        boolean snp = partition.memory().encryption() == Encryption.SNP;
        return (value & ~(EFER_SCE_LME_NXE | EFER_LMA | (snp ? EFER_SVME : 0))) == 0;
    }

    static boolean isDebugControl(long value) {
        return (value & DR_HIGH) == 0;
    }

    static boolean isCanonical(long value) {
        return PageWalker.isCanonical(value);
    }

    /** Eight memory types, a byte each: uncacheable, combining, through, protected, back; in the PAT also uncached minus. */
    static boolean areMemoryTypes(long value, boolean pat) {
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
            int type = (int) (value >>> shift) & 0xff;
            if (!isMemoryType(type) && !(pat && type == 7)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isMemoryType(int type) {
        return type == 0 || type == 1 || type >= 4 && type <= 6;
    }

    static boolean isMtrrDefault(long value) {
        return (value & ~(long) MTRR_DEFAULT_BITS) == 0 && isMemoryType((int) value & 0xff);
    }

    static boolean isMtrrBase(Partition partition, long value) {
        return isMtrrAddress(partition, value & ~0xffL) && isMemoryType((int) value & 0xff);
    }

    static boolean isMtrrMask(Partition partition, long value) {
        return isMtrrAddress(partition, value & ~MTRR_MASK_VALID);
    }

    private static boolean isMtrrAddress(Partition partition, long value) {
        return (value & 0xfff) == 0 && value >>> partition.addressBits() == 0;
    }
}
