package dev.igvmtool.machine.bus;

/**
 * Time that grows with the rounds that the VPs run.
 *
 * @param referenceUnitsPerStep units of 100 ns that one step takes
 * @param tscPerUnit ticks of the time-stamp counter in such a unit
 */
public record StepClock(long referenceUnitsPerStep, long tscPerUnit) implements Clock {
    /** A step takes a microsecond; the time-stamp counter runs at 2 GHz. */
    public static final StepClock DEFAULT = new StepClock(10, 200);

    private record Nothing() {}

    @Override
    public long referenceTime(long rounds) {
        return now(rounds);
    }

    @Override
    public long timeStampCounter(long rounds) {
        return now(rounds) * tscPerUnit;
    }

    @Override
    public long now(long rounds) {
        return rounds * referenceUnitsPerStep;
    }

    @Override
    public long ofSteps(long steps) {
        return steps * referenceUnitsPerStep;
    }

    @Override
    public boolean steady() {
        return true;
    }

    @Override
    public Record save() {
        return new Nothing();
    }

    @Override
    public void restore(Record state) {
        // The rounds are the machine's.
    }
}
