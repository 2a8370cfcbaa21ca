package dev.igvmtool.debugger.record;

import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.event.EventSink;
import dev.igvmtool.machine.event.MachineEvent;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Makes a {@link TurnRecord} of each turn that has events. What happens before the first turn does not count. */
public final class TurnRecorder implements EventSink {
    private final LongSupplier turns;
    private final Consumer<TurnRecord> target;
    private final EventHash hash = new EventHash();
    private long turn = -1;
    private int events;
    private int vp = -1;
    private int vtl = -1;
    private long rip;
    private String step = "";

    /** @param target takes the records, in order */
    public TurnRecorder(Machine machine, Consumer<TurnRecord> target) {
        this(machine::turns, target);
    }

    /** @param turns the number of turns taken, the one that goes on included */
    public TurnRecorder(LongSupplier turns, Consumer<TurnRecord> target) {
        this.turns = turns;
        this.target = target;
    }

    @Override
    public void event(MachineEvent event) {
        long now = turns.getAsLong() - 1;
        if (now < 0) {
            return;
        }
        if (now != turn) {
            finish();
            turn = now;
        }
        events++;
        hash.add(event);
        if (event instanceof MachineEvent.StepRetired retired) {
            vp = retired.vp();
            vtl = retired.vtl();
            rip = retired.rip();
            step = retired.program() + "/" + retired.step();
        } else if (event instanceof MachineEvent.Fault fault && step.isEmpty()) {
            vp = fault.vp();
            vtl = fault.vtl();
            rip = fault.rip();
        }
    }

    /** The number for all events so far. */
    public long hash() {
        return hash.value();
    }

    /** Hands out the last turn. */
    public void finish() {
        if (events > 0) {
            target.accept(new TurnRecord(turn, vp, vtl, rip, step, events, hash.value()));
        }
        events = 0;
        vp = -1;
        vtl = -1;
        rip = 0;
        step = "";
    }
}
