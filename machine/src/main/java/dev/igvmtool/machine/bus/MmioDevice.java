package dev.igvmtool.machine.bus;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;

/** A device of the host behind physical addresses. Its whole state is one immutable value, kept in snapshots. */
public interface MmioDevice {
    /** Addresses. */
    GpaRange range();

    /** Reads; {@code offset} from the start of the range. */
    Bytes read(long offset, int length);

    /** Writes; {@code offset} from the start of the range. */
    void write(long offset, Bytes content);

    /** The present state. */
    Record save();

    /** Goes back to a state that {@link #save} of this device returned. */
    void restore(Record state);
}
