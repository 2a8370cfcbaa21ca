package dev.igvmtool.machine.bus;

/** The time of a machine: a function of the steps retired, or of how often it was asked. Never of the wall clock. */
public interface Clock {
    /** The partition reference counter, in units of 100 ns since the partition was created. */
    long referenceTime(long stepsRetired);

    /** The time-stamp counter. */
    long timeStampCounter(long stepsRetired);

    /** What the clock must remember besides the steps. */
    Record save();

    /** Goes back to a state that {@link #save} returned. */
    void restore(Record state);
}
