package dev.igvmtool.abi.hv;

/** Bits of register {@link RegisterName#DELIVERABILITY_NOTIFICATIONS}: what a higher VTL wants to know of a lower one. */
public final class DeliverabilityNotifications {
    /** An NMI can be delivered. */
    public static final long NMI = 1;

    /** An interrupt can be delivered. */
    public static final long INTERRUPT = 1 << 1;

    /** Four bits: the priority class that the interrupt has, 0 for any. */
    public static final int PRIORITY_SHIFT = 2;

    /** Sixteen bits: a message for the source can be delivered. */
    public static final int SINTS_SHIFT = 48;

    /** Every bit. */
    public static final long ALL = 0xffffL << SINTS_SHIFT | 0x3f;

    private DeliverabilityNotifications() {}
}
