package dev.igvmtool.abi.get;

/**
 * How the messages travel.
 *
 * <p>Differs: they are hypervisor messages, from the guest by a connection, from the host to a source of the VTL2 boot
 * processor; a real host has a VMBus channel for them. What does not fit a message comes in pieces, as the protocol has them.
 */
public final class GetChannel {
    /** Connection id by which the guest posts. */
    public static final int CONNECTION = 0x0010_0000;

    /** Interrupt source to which the host posts: that of {@code /dev/mshv_sint}. */
    public static final int SINT = 7;

    /** Hypervisor message type of both. */
    public static final int MESSAGE_TYPE = 1;

    private GetChannel() {}
}
