package dev.igvmtool.kernelstub.memory;

/**
 * Bits of an address in a page table that say to whom the page belongs; the guest never sees them in a physical address
 * otherwise.
 *
 * @param privateBit set for pages that are the guest's own: the C-bit of SEV; 0 if there is none
 * @param sharedBit set for pages that the host may see: the shared bit of a TD; 0 if there is none
 */
public record AddressBits(long privateBit, long sharedBit) {
    /** Addresses are nothing but addresses. */
    public static final AddressBits NONE = new AddressBits(0, 0);

    /** What an entry that points to a page says. */
    public long of(long gpa, boolean shared) {
        return gpa | (shared ? sharedBit : privateBit);
    }

    /** An entry, or an address, without the bits. */
    public long strip(long value) {
        return value & ~(privateBit | sharedBit);
    }

    /** True if an entry points to a page that the host may see. */
    public boolean isShared(long entry) {
        return privateBit != 0 ? (entry & privateBit) == 0 : (entry & sharedBit) != 0;
    }
}
