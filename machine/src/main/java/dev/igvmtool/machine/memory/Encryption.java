package dev.igvmtool.machine.memory;

import dev.igvmtool.abi.x64.Vector;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.paging.AddressAlias;

/**
 * How a platform keeps guest memory from the host, as far as a program can tell: which bit of an address in a page
 * table chooses between the private and the shared alias of a page, and what an access to a page that was not accepted
 * ends in. What memory holds is shown in plain; a page that changes hands loses its content.
 */
public enum Encryption {
    /** None. */
    NONE(AddressAlias.NONE),
    /** The hypervisor of VBS isolation keeps the host out; addresses have no such bit. */
    VBS(AddressAlias.NONE),
    /** SNP: the C-bit, set for private pages. */
    SNP(new AddressAlias(1L << 51, false)),
    /** TDX: the shared bit, clear for private pages. */
    TDX(new AddressAlias(1L << 47, true));

    /** Error code of #VC for a page that is not validated: {@code SVM_EXIT_PAGE_NOT_VALIDATED}. */
    private static final int PAGE_NOT_VALIDATED = 0x404;

    @SuppressWarnings("ImmutableEnumChecker") // A record of primitives.
    private final AddressAlias alias;

    Encryption(AddressAlias alias) {
        this.alias = alias;
    }

    /** How page tables choose between the aliases of a page. */
    public AddressAlias alias() {
        return alias;
    }

    /** True if the platform itself keeps the host, the hypervisor with it, out. */
    public boolean hardware() {
        return alias.bit() != 0;
    }

    /** An access to a page that was not accepted. */
    RuntimeException unaccepted(long gpa, AccessKind access) {
        String message = String.format("access to GPA 0x%x, which was not accepted", gpa);
        return switch (this) {
            case NONE, VBS -> new GpaFault(GpaFault.Reason.UNACCEPTED, gpa, access);
            case SNP -> new GuestException(Vector.VMM_COMMUNICATION, PAGE_NOT_VALIDATED, 0, message);
            case TDX -> new GuestException(Vector.VIRTUALIZATION, 0, 0, message);
        };
    }
}
