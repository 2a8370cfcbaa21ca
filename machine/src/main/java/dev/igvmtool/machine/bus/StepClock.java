package dev.igvmtool.machine.bus;

/**
 * Time that grows with the steps retired.
 *
 * @param referenceUnitsPerStep units of 100 ns that one step takes
 * @param tscPerStep ticks that one step takes
 */
public record StepClock(long referenceUnitsPerStep, long tscPerStep) implements Clock {
    /** A step takes a microsecond; the time-stamp counter runs at 2 GHz. */
    public static final StepClock DEFAULT = new StepClock(10, 2000);

    private record Nothing() {}

    @Override
    public long referenceTime(long stepsRetired) {
        return stepsRetired * referenceUnitsPerStep;
    }

    @Override
    public long timeStampCounter(long stepsRetired) {
        return stepsRetired * tscPerStep;
    }

    @Override
    public Record save() {
        return new Nothing();
    }

    @Override
    public void restore(Record state) {
        // The steps are the machine's.
    }
}
