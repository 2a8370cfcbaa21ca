package dev.igvmtool.measurement;

import java.util.List;
import java.util.function.Consumer;

/** Who wants to hear of each step of a measurement, if anybody: what a step tells costs time to make. */
public final class Trace {
    /** Nobody listens. */
    public static final Trace OFF = new Trace(false, step -> {});

    private final boolean on;
    private final Consumer<Step> listener;

    private Trace(boolean on, Consumer<Step> listener) {
        this.on = on;
        this.listener = listener;
    }

    /** Tells {@code listener} each step, in order, from one thread at a time. */
    public static Trace to(Consumer<Step> listener) {
        return new Trace(true, listener);
    }

    /** Appends each step to {@code steps}. */
    public static Trace into(List<Step> steps) {
        return to(steps::add);
    }

    /** Whether steps are wanted; if not, they need not be made. */
    public boolean isOn() {
        return on;
    }

    /** Passes a step on. */
    public void add(Step step) {
        listener.accept(step);
    }
}
