package dev.igvmtool.machine.bus;

/** Time that grows with each look at it: the n-th read gives {@code first + n * step}, n from 0. */
public final class CountingClock implements Clock {
    private static final long TSC_PER_UNIT = 200;

    private final Sequence reference;
    private final Sequence tsc;
    private long referenceReads;
    private long tscReads;

    /** Values of successive reads. */
    public record Sequence(long first, long step) {
        long at(long n) {
            return first + n * step;
        }
    }

    private record Reads(long reference, long tsc) {}

    public CountingClock(Sequence reference, Sequence tsc) {
        this.reference = reference;
        this.tsc = tsc;
    }

    @Override
    public long referenceTime(long rounds) {
        return reference.at(referenceReads++);
    }

    @Override
    public long timeStampCounter(long rounds) {
        return tsc.at(tscReads++);
    }

    @Override
    public long now(long rounds) {
        return reference.at(referenceReads);
    }

    @Override
    public long ofSteps(long steps) {
        return StepClock.DEFAULT.ofSteps(steps);
    }

    @Override
    public long tscPerUnit() {
        return TSC_PER_UNIT;
    }

    @Override
    public boolean steady() {
        return false;
    }

    @Override
    public Record save() {
        return new Reads(referenceReads, tscReads);
    }

    @Override
    public void restore(Record state) {
        Reads reads = (Reads) state;
        referenceReads = reads.reference;
        tscReads = reads.tsc;
    }
}
