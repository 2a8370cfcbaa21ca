package dev.igvmtool.machine.synic;

import dev.igvmtool.abi.hv.HvMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The synthetic interrupt controller of one VTL of a VP: registers, timers, and messages that wait for their slot. */
public final class SynIcState {
    /** Interrupt sources. */
    public static final int SINTS = 16;

    /** Timers. */
    public static final int TIMERS = 4;

    private static final long SINT_MASKED = 1 << 16;

    public long scontrol = 1;
    public long siefp;
    public long simp;
    private final long[] sints = new long[SINTS];
    private final SyntheticTimer[] timers = new SyntheticTimer[TIMERS];
    /** Messages that wait for the slot of a source, oldest first; without empty queues. Replaced, never changed. */
    private Map<Integer, List<HvMessage>> queues = Map.of();

    /** Reset state. */
    public SynIcState() {
        Arrays.fill(sints, SINT_MASKED);
        Arrays.fill(timers, SyntheticTimer.OFF);
    }

    /** An independent copy. */
    public SynIcState copy() {
        SynIcState copy = new SynIcState();
        copy.scontrol = scontrol;
        copy.siefp = siefp;
        copy.simp = simp;
        System.arraycopy(sints, 0, copy.sints, 0, SINTS);
        System.arraycopy(timers, 0, copy.timers, 0, TIMERS);
        copy.queues = queues;
        return copy;
    }

    /** An interrupt source register. */
    public long sint(int number) {
        return sints[number];
    }

    /** Sets an interrupt source register. */
    public void setSint(int number, long value) {
        sints[number] = value;
    }

    /** A timer. */
    public SyntheticTimer timer(int number) {
        return timers[number];
    }

    /** Sets a timer. */
    public void setTimer(int number, SyntheticTimer timer) {
        timers[number] = timer;
    }

    /** True if a timer waits for its time. */
    boolean hasArmedTimer() {
        for (SyntheticTimer timer : timers) {
            if (timer.isArmed()) {
                return true;
            }
        }
        return false;
    }

    /** Messages that wait for the slot of a source, oldest first. */
    List<HvMessage> queue(int sint) {
        return queues.getOrDefault(sint, List.of());
    }

    /** True if messages wait for some slot. */
    boolean hasQueues() {
        return !queues.isEmpty();
    }

    /** Appends a message to the queue of a source. */
    void enqueue(int sint, HvMessage message) {
        List<HvMessage> longer = new ArrayList<>(queue(sint));
        longer.add(message);
        setQueue(sint, List.copyOf(longer));
    }

    /** Takes the oldest message from the queue of a source. */
    HvMessage dequeue(int sint) {
        List<HvMessage> queue = queue(sint);
        setQueue(sint, List.copyOf(queue.subList(1, queue.size())));
        return queue.get(0);
    }

    private void setQueue(int sint, List<HvMessage> queue) {
        Map<Integer, List<HvMessage>> changed = new TreeMap<>(queues);
        changed.put(sint, queue);
        if (queue.isEmpty()) {
            changed.remove(sint);
        }
        queues = changed;
    }
}
