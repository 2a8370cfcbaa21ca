package dev.igvmtool.machine.memory;

import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.abi.hv.GpaProtection;

/** An access to a guest physical address that the hypervisor does not let through; it becomes an intercept. */
public final class GpaFault extends IgvmToolException {
    private static final long serialVersionUID = 1L;

    /** Why the access failed. */
    public enum Reason {
        /** No RAM and no device stands there. */
        UNMAPPED,
        /** A higher VTL has protected the page. */
        DENIED,
        /** The page of an isolated partition was not accepted. */
        UNACCEPTED,
        /** The page is shared where it should be private, or private where it should be shared. */
        VISIBILITY,
        /** The host has taken the page away. */
        WITHHELD
    }

    private final Reason reason;
    private final long gpa;
    private final AccessKind access;
    private final boolean inTables;

    public GpaFault(Reason reason, long gpa, AccessKind access) {
        this(reason, gpa, access, false);
    }

    private GpaFault(Reason reason, long gpa, AccessKind access, boolean inTables) {
        super(String.format(
                "%s of GPA 0x%x, which %s",
                access.name().toLowerCase(java.util.Locale.ROOT),
                gpa,
                switch (reason) {
                    case UNMAPPED -> "is not mapped";
                    case DENIED -> "is protected by a higher VTL";
                    case UNACCEPTED -> "was not accepted";
                    case VISIBILITY -> "is private where it should be shared, or shared where it should be private";
                    case WITHHELD -> "the host has taken away";
                }));
        this.reason = reason;
        this.gpa = gpa;
        this.access = access;
        this.inTables = inTables;
    }

    /** The same, of an access to a page table on the way to another address. */
    GpaFault inWalk() {
        return new GpaFault(reason, gpa, access, true);
    }

    public Reason reason() {
        return reason;
    }

    public long gpa() {
        return gpa;
    }

    public AccessKind access() {
        return access;
    }

    /** True if the address is that of a page table on the way to another one. */
    public boolean inTables() {
        return inTables;
    }

    /** What a VTL needs to be let through, see {@link GpaProtection}; of execution any kind. */
    public int neededAccess() {
        return switch (access) {
            case READ -> GpaProtection.READ;
            case WRITE -> GpaProtection.READ | GpaProtection.WRITE;
            case EXECUTE -> GpaProtection.KERNEL_EXECUTE | GpaProtection.USER_EXECUTE;
        };
    }
}
