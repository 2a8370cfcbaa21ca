package dev.igvmtool.machine.partition;

import dev.igvmtool.machine.bus.Clock;

/**
 * The time of a partition: what its clock says, what has passed while no VP could run, and what a restore of the
 * partition has added.
 */
public final class PartitionTime {
    private final Clock clock;
    private long stepsRetired;
    private long rounds;
    private int lastVp = Integer.MAX_VALUE;
    private long idle;
    private long referenceOffset;
    private long tscOffset;

    /** All of it, for snapshots. */
    public record State(
            long stepsRetired,
            long rounds,
            int lastVp,
            long idle,
            long referenceOffset,
            long tscOffset,
            Record clock) {}

    PartitionTime(Clock clock) {
        this.clock = clock;
    }

    /** Steps that all VPs together have run to their end. */
    public long stepsRetired() {
        return stepsRetired;
    }

    /**
     * Counts one more step. VPs run side by side: the steps of different VPs, in ascending order, are one round, which takes
     * as long as one step.
     */
    public long countStep(int vp) {
        stepsRetired++;
        if (vp <= lastVp) {
            rounds++;
        }
        lastVp = vp;
        return stepsRetired;
    }

    /** The reference counter as a guest reads it, in units of 100 ns. */
    public long referenceTime() {
        return clock.referenceTime(rounds) + idle + referenceOffset;
    }

    /** The time-stamp counter as a guest reads it. */
    public long timeStampCounter() {
        return clock.timeStampCounter(rounds) + idle * clock.tscPerUnit() + tscOffset;
    }

    /** The reference counter, not read by the guest: for timers. */
    public long now() {
        return clock.now(rounds) + idle + referenceOffset;
    }

    /** Reference time that a number of steps takes. */
    public long ofSteps(long steps) {
        return clock.ofSteps(steps);
    }

    /** Lets time pass in which nobody runs, up to a reference time; nothing happens if it is not later. */
    public void passUntil(long referenceTime) {
        idle += Math.max(0, referenceTime - now());
    }

    /** Ticks of the time-stamp counter in a second. */
    public long tscFrequency() {
        return clock.tscPerUnit() * Clock.REFERENCE_FREQUENCY;
    }

    /** True if the reference time can be computed from the time-stamp counter. */
    public boolean steady() {
        return clock.steady();
    }

    /** Factor of the reference TSC page: reference time = time-stamp counter * scale >> 64, plus the offset. */
    public long tscScale() {
        // 2^64 / ticks per unit, rounded down; 2^64 itself has no place in a long.
        long ticks = clock.tscPerUnit();
        return Long.divideUnsigned(-1L, ticks) + (Long.remainderUnsigned(-1L, ticks) + 1) / ticks;
    }

    /** What the reference TSC page adds. */
    public long tscPageOffset() {
        return referenceOffset - Math.floorDiv(tscOffset, clock.tscPerUnit());
    }

    /** Sets both counters, as after a restore on another host. */
    public void set(long referenceTime, long timeStampCounter) {
        referenceOffset += referenceTime - now();
        long elapsed = (clock.now(rounds) + idle) * clock.tscPerUnit();
        tscOffset = timeStampCounter - elapsed;
    }

    /** The present time, for {@link #restore}. */
    public State save() {
        return new State(stepsRetired, rounds, lastVp, idle, referenceOffset, tscOffset, clock.save());
    }

    /** Goes back to an earlier time. */
    public void restore(State state) {
        stepsRetired = state.stepsRetired;
        rounds = state.rounds;
        lastVp = state.lastVp;
        idle = state.idle;
        referenceOffset = state.referenceOffset;
        tscOffset = state.tscOffset;
        clock.restore(state.clock);
    }
}
