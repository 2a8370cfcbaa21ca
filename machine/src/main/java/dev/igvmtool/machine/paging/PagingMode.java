package dev.igvmtool.machine.paging;

/**
 * The registers that govern a walk on x64.
 *
 * @param cr0 PG and WP
 * @param cr3 root of the tables
 * @param cr4 SMEP and SMAP
 * @param efer LMA and NXE
 * @param user privilege level 3
 * @param accessFlag RFLAGS.AC, which suspends SMAP
 * @param physicalAddressBits width of addresses in entries; higher bits are reserved
 * @param alias which bit of entries chooses between the aliases of a page
 */
public record PagingMode(
        long cr0,
        long cr3,
        long cr4,
        long efer,
        boolean user,
        boolean accessFlag,
        int physicalAddressBits,
        AddressAlias alias)
        implements Translation {
    /** A mode without encryption. */
    public PagingMode(
            long cr0, long cr3, long cr4, long efer, boolean user, boolean accessFlag, int physicalAddressBits) {
        this(cr0, cr3, cr4, efer, user, accessFlag, physicalAddressBits, AddressAlias.NONE);
    }

    static final long CR0_WP = 1 << 16;
    static final long CR0_PG = 1L << 31;
    static final long CR4_SMEP = 1 << 20;
    static final long CR4_SMAP = 1 << 21;
    static final long EFER_LMA = 1 << 10;
    static final long EFER_NXE = 1 << 11;

    /** The same with accesses at privilege level 3, or not. */
    public PagingMode withUser(boolean value) {
        return new PagingMode(cr0, cr3, cr4, efer, value, accessFlag, physicalAddressBits, alias);
    }

    /** The same with RFLAGS.AC as given. */
    public PagingMode withAccessFlag(boolean value) {
        return new PagingMode(cr0, cr3, cr4, efer, user, value, physicalAddressBits, alias);
    }

    /** The same without any check that depends on the privilege level. */
    public PagingMode withoutPrivilege() {
        return new PagingMode(
                cr0, cr3, cr4 & ~(CR4_SMEP | CR4_SMAP), efer, false, accessFlag, physicalAddressBits, alias);
    }

    @Override
    public boolean paging() {
        return (cr0 & CR0_PG) != 0;
    }

    @Override
    public boolean isCanonical(long gva) {
        return PageWalker.isCanonical(gva);
    }

    @Override
    public long walk(TableMemory tables, long gva, int access, boolean setBits) {
        return PageWalker.walk(tables, this, gva, access, setBits);
    }

    /** True if the tables have four levels. */
    public boolean longMode() {
        return (efer & EFER_LMA) != 0;
    }

    boolean has(long register, long bit) {
        return (register & bit) != 0;
    }
}
