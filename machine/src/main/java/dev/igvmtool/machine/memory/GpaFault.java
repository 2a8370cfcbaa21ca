package dev.igvmtool.machine.memory;

import dev.igvmtool.abi.binary.IgvmToolException;

/** An access to a guest physical address that the hypervisor does not let through; it becomes an intercept. */
public final class GpaFault extends IgvmToolException {
    private static final long serialVersionUID = 1L;

    /** Why the access failed. */
    public enum Reason {
        /** No RAM and no device stands there. */
        UNMAPPED,
        /** A higher VTL has protected the page. */
        DENIED
    }

    private final Reason reason;
    private final long gpa;
    private final AccessKind access;

    public GpaFault(Reason reason, long gpa, AccessKind access) {
        super(String.format(
                "%s of GPA 0x%x, which %s",
                access.name().toLowerCase(java.util.Locale.ROOT),
                gpa,
                reason == Reason.UNMAPPED ? "is not mapped" : "is protected by a higher VTL"));
        this.reason = reason;
        this.gpa = gpa;
        this.access = access;
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
}
