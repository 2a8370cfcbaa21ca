package dev.igvmtool.machine.bus;

/**
 * The time of a machine: a function of the rounds that its VPs have run, a step of each that can run being one round, or of
 * how often it was asked. Never of the wall clock.
 */
public interface Clock {
    /** Units of the reference counter in a second: 100 ns each. */
    long REFERENCE_FREQUENCY = 10_000_000;

    /** The partition reference counter, in units of 100 ns since the partition was created. */
    long referenceTime(long rounds);

    /** The time-stamp counter. */
    long timeStampCounter(long rounds);

    /** The reference time for timers: asking for it changes nothing. */
    long now(long rounds);

    /** Reference time that a number of steps takes. */
    long ofSteps(long steps);

    /** Ticks of the time-stamp counter in one unit of the reference counter, as the guest is told. */
    long tscPerUnit();

    /** True if the two counters always keep that ratio, so that a guest may compute one from the other. */
    boolean steady();

    /** What the clock must remember besides the rounds. */
    Record save();

    /** Goes back to a state that {@link #save} returned. */
    void restore(Record state);
}
