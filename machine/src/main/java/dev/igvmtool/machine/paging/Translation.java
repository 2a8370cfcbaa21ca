package dev.igvmtool.machine.paging;

/** How addresses of a program become guest physical ones: by the registers and tables of its architecture. */
public sealed interface Translation permits PagingMode, ArmTranslation {
    /** False: addresses are physical. */
    boolean paging();

    /** Accesses are those of the lowest privilege level. */
    boolean user();

    /** Which bit of entries chooses between the aliases of a page. */
    AddressAlias alias();

    /** True if tables can translate the address at all. */
    boolean isCanonical(long gva);

    /**
     * Translates one address that {@link #isCanonical}.
     *
     * @param access {@link PageWalker#READ}, {@link PageWalker#WRITE} or {@link PageWalker#EXECUTE}
     * @param setBits false leaves the tables alone
     * @return the guest physical address, with the bit of its alias as the last entry has it, or for a fault the complement
     *     of its code (a negative number)
     */
    long walk(TableMemory tables, long gva, int access, boolean setBits);
}
