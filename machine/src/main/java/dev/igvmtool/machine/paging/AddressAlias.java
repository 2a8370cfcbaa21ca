package dev.igvmtool.machine.paging;

/**
 * The bit of an address, as a page table gives it, that is no address but chooses between the private and the shared alias
 * of a page.
 *
 * @param bit 0 if there is none
 * @param sharedWhenSet true if the bit marks shared pages, false if it marks private ones
 */
public record AddressAlias(long bit, boolean sharedWhenSet) {
    /** Pages have no aliases. */
    public static final AddressAlias NONE = new AddressAlias(0, true);

    /** The address without the bit. */
    public long strip(long address) {
        return address & ~bit;
    }

    /** True if an address is that of the shared alias. */
    public boolean isShared(long address) {
        return (address & bit) != 0 == sharedWhenSet && bit != 0;
    }
}
