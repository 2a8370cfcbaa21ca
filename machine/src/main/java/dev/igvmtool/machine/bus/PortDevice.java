package dev.igvmtool.machine.bus;

/** A device behind I/O ports. Its whole state is one immutable value, kept in snapshots. */
public interface PortDevice {
    /** First port. */
    int firstPort();

    /** Number of ports. */
    int portCount();

    /** IN. */
    int in(int port, int sizeBytes);

    /** OUT. */
    void out(int port, int sizeBytes, int value);

    /** The present state. */
    Record save();

    /** Goes back to a state that {@link #save} of this device returned. */
    void restore(Record state);
}
