package dev.igvmtool.machine;

import dev.igvmtool.machine.bus.PortBus;
import dev.igvmtool.machine.event.EventSink;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Partition;
import dev.igvmtool.machine.partition.PartitionConfig;
import dev.igvmtool.machine.synic.SynIcState;
import dev.igvmtool.machine.synic.Timers;
import dev.igvmtool.machine.vp.RunState;
import dev.igvmtool.machine.vp.Vp;
import dev.igvmtool.machine.vp.VpState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The emulated machine: one partition, whose VPs take turns of one step each, round robin by index. When none can run,
 * time passes until a timer wakes one. What happens is a function of configuration, memory and registers at the start, and
 * programs.
 */
public final class Machine {
    private final Partition partition;
    private int nextVp;
    private long turns;

    /** @param programs those that may stand in slots */
    public Machine(PartitionConfig config, Programs programs) {
        partition = new Partition(config, programs);
    }

    /** The partition with all its parts. */
    public Partition partition() {
        return partition;
    }

    /** RAM as the host sees it. */
    public PhysicalMemory physicalMemory() {
        return partition.physical();
    }

    /** Ports that the host answers. */
    public PortBus ports() {
        return partition.ports();
    }

    /** A VP by its index. */
    public Vp vp(int index) {
        return partition.vp(index);
    }

    /** Steps retired so far. */
    public long steps() {
        return partition.time().stepsRetired();
    }

    /** Turns taken so far. A turn retires a step, or ends in a fault, an intercept or an interrupt instead. */
    public long turns() {
        return turns;
    }

    /** Hands events to {@code sink} from now on, or to nobody. */
    public void observe(@Nullable EventSink sink) {
        partition.setSink(sink);
    }

    /** The VP whose turn is next; empty if none can take one. */
    public Optional<Vp> next() {
        Vp vp = findNext();
        return Optional.ofNullable(vp);
    }

    /** Lets the next VP take its turn; false if none can. */
    public boolean step() {
        Vp vp = findNext();
        if (vp == null) {
            return false;
        }
        take(vp);
        return true;
    }

    /** Lets one VP take its turn although it may be another's; false if it can take none. The order goes on behind it. */
    public boolean step(int vpIndex) {
        Vp vp = partition.vp(vpIndex);
        if (!vp.canTakeTurn()) {
            return false;
        }
        take(vp);
        return true;
    }

    private void take(Vp vp) {
        nextVp = vp.index() + 1;
        turns++;
        vp.turn();
        partition.mailbox().called().ifPresent(partition.mayRun()::set);
        Timers timers = partition.timers();
        if (timers.isDue()) {
            timers.expire();
        }
        if (timers.armedVps() > 0 && findNext() == null) {
            passIdleTime(timers);
        }
    }

    /** Nobody can run: time passes until a timer lets somebody. Each timer has its chance, periodic ones but one. */
    private void passIdleTime(Timers timers) {
        int chances = timers.armedVps() * partition.vtlCount() * (SynIcState.TIMERS + 1);
        while (findNext() == null && chances > 0 && timers.nextWaking() != Long.MAX_VALUE) {
            chances--;
            partition.time().passUntil(timers.nextWaking());
            if (partition.observed()) {
                partition.emit(new MachineEvent.TimePassed(partition.time().now()));
            }
            timers.expire();
        }
    }

    private @Nullable Vp findNext() {
        Vp found = findFrom(nextVp);
        return found != null ? found : findFrom(0);
    }

    private @Nullable Vp findFrom(int start) {
        for (int i = partition.mayRun().nextSetBit(start);
                i >= 0;
                i = partition.mayRun().nextSetBit(i + 1)) {
            Vp vp = partition.vp(i);
            if (vp.canTakeTurn()) {
                return vp;
            }
            partition.mayRun().clear(i);
        }
        return null;
    }

    /**
     * Runs until something stops it.
     *
     * @param maxTurns most turns to take
     * @param until looked at before each turn; {@link #next} tells whose it is
     */
    public StopReason run(long maxTurns, Predicate<Machine> until) {
        for (long turn = 0; turn < maxTurns; turn++) {
            if (until.test(this)) {
                return StopReason.CONDITION;
            }
            if (!step()) {
                return idle();
            }
        }
        return StopReason.LIMIT;
    }

    /** Runs until no VP can take a turn, or for {@code maxTurns} turns. */
    public StopReason run(long maxTurns) {
        return run(maxTurns, machine -> false);
    }

    private StopReason idle() {
        for (Vp vp : partition.vps()) {
            if (vp.runState() == RunState.STOPPED) {
                return StopReason.VP_STOPPED;
            }
        }
        return StopReason.IDLE;
    }

    /** The whole state; cheap, since what does not change is shared. */
    public Snapshot snapshot() {
        List<VpState> vps = new ArrayList<>(partition.vpCount());
        for (Vp vp : partition.vps()) {
            vps.add(vp.save());
        }
        return new Snapshot(
                partition.time().save(),
                turns,
                nextVp,
                partition.physical().snapshot(),
                partition.memory().snapshot(),
                partition.state().copy(),
                vps,
                partition.ports().save(),
                partition.connections().save(),
                partition.deviceInterrupts().save(),
                partition.conduct().save());
    }

    /** Goes back to a state of this machine. */
    public void restore(Snapshot snapshot) {
        partition.time().restore(snapshot.time);
        turns = snapshot.turns;
        nextVp = snapshot.nextVp;
        partition.physical().restore(snapshot.memory);
        partition.memory().restore(snapshot.protections);
        partition.state().assign(snapshot.partition);
        for (int i = 0; i < snapshot.vps.size(); i++) {
            partition.vp(i).restore(snapshot.vps.get(i));
        }
        partition.timers().lookAtAll();
        partition.ports().restore(snapshot.ports);
        partition.connections().restore(snapshot.connections);
        partition.deviceInterrupts().restore(snapshot.deviceInterrupts);
        partition.conduct().restore(snapshot.conduct);
    }
}
