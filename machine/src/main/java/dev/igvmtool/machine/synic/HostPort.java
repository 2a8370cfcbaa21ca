package dev.igvmtool.machine.synic;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvStatus;

/**
 * A port of the host: it takes messages, events or both of the guest. Its whole state is one immutable value, kept in
 * snapshots.
 */
public non-sealed interface HostPort extends Port {
    /**
     * A guest has posted a message.
     *
     * @return a status of {@link HvStatus}: {@code INSUFFICIENT_BUFFERS} if the host's queue is full
     */
    default int post(int messageType, Bytes payload) {
        return HvStatus.INVALID_CONNECTION_ID;
    }

    /** A guest has signalled a flag; the status of {@link HvStatus}. */
    default int signal(int flag) {
        return HvStatus.INVALID_CONNECTION_ID;
    }

    /** The present state. */
    Record save();

    /** Goes back to a state that {@link #save} of this port returned. */
    void restore(Record state);
}
