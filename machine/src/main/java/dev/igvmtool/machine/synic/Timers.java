package dev.igvmtool.machine.synic;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.MessageType;
import dev.igvmtool.machine.partition.Partition;
import dev.igvmtool.machine.vp.ApicTimer;
import dev.igvmtool.machine.vp.Vp;
import dev.igvmtool.machine.vp.VpState;
import dev.igvmtool.machine.vp.VtlState;
import java.util.BitSet;

/**
 * The timers of all VPs, synthetic ones (TLFS, synthetic timers; hyperv-model 5.4) and those of local APICs. They expire
 * by the partition's time, in order of VP, VTL and number, between two turns. What is here besides the state of the VPs is
 * derived from it: which VPs have timers, and when the next one expires.
 */
public final class Timers {
    private static final long NEVER = Long.MAX_VALUE;

    private final Partition partition;
    private final BitSet armed = new BitSet();
    private long next = NEVER;

    public Timers(Partition partition) {
        this.partition = partition;
    }

    /** Sets a timer of a VP. */
    public void set(Vp vp, int vtl, int number, SyntheticTimer timer) {
        vp.mutableState().vtl(vtl).synic.setTimer(number, timer);
        look(vp);
    }

    /** The timers of a VP may have changed: it was restored or reset. */
    public void look(Vp vp) {
        boolean any = false;
        for (int vtl = 0; vtl < partition.vtlCount(); vtl++) {
            any |= vp.state().hasVtl(vtl) && hasArmedTimer(vp.state().vtl(vtl));
        }
        if (any || armed.get(vp.index())) {
            armed.set(vp.index(), any);
            findNext();
        }
    }

    private static boolean hasArmedTimer(VtlState state) {
        return state.synic.hasArmedTimer() || state.apic.timer().isArmed();
    }

    /** All VPs were restored. */
    public void lookAtAll() {
        armed.clear();
        for (int i = 0; i < partition.vpCount(); i++) {
            for (int vtl = 0; vtl < partition.vtlCount(); vtl++) {
                VpState state = partition.vp(i).state();
                if (state.hasVtl(vtl) && hasArmedTimer(state.vtl(vtl))) {
                    armed.set(i);
                }
            }
        }
        findNext();
    }

    /** Number of VPs that have a timer which will expire. */
    public int armedVps() {
        return armed.cardinality();
    }

    /** True if a timer has its time now. */
    public boolean isDue() {
        return next != NEVER && partition.time().now() >= next;
    }

    /** Reference time at which the next timer that may wake an idle machine expires; {@link Long#MAX_VALUE} if none does. */
    public long nextWaking() {
        long earliest = NEVER;
        for (int i = armed.nextSetBit(0); i >= 0; i = armed.nextSetBit(i + 1)) {
            earliest = Math.min(earliest, earliest(partition.vp(i), false));
        }
        return earliest;
    }

    /** Lets all timers expire that have their time. */
    public void expire() {
        long now = partition.time().now();
        for (int i = armed.nextSetBit(0); i >= 0; i = armed.nextSetBit(i + 1)) {
            Vp vp = partition.vp(i);
            for (int vtl = 0; vtl < partition.vtlCount(); vtl++) {
                if (vp.state().hasVtl(vtl)) {
                    expire(vp, vtl, now);
                }
            }
            armed.set(i, earliest(vp, true) != NEVER);
        }
        findNext();
    }

    private void expire(Vp vp, int vtl, long now) {
        for (int number = 0; number < SynIcState.TIMERS; number++) {
            SyntheticTimer timer = vp.state().vtl(vtl).synic.timer(number);
            boolean waits = timer.isLazy() && !vp.canTakeTurn();
            if (timer.isArmed() && Long.compareUnsigned(timer.due(), now) <= 0 && !waits) {
                boolean delivered = tell(vp, vtl, number, timer, timer.due(), now);
                vp.mutableState().vtl(vtl).synic.setTimer(number, timer.expired(now, delivered));
            }
        }
        ApicTimer timer = vp.state().vtl(vtl).apic.timer();
        if (timer.isArmed() && timer.due() <= now) {
            if (timer.interrupts()) {
                vp.requestInterrupt(vtl, timer.vector());
            }
            vp.mutableState().vtl(vtl).apic.setTimer(timer.expired(now));
        }
    }

    /** Tries again to deliver messages of timers of a VP that found no free slot. */
    void retry(Vp vp, int vtl) {
        for (int number = 0; number < SynIcState.TIMERS; number++) {
            SyntheticTimer timer = vp.state().vtl(vtl).synic.timer(number);
            if (timer.undelivered()) {
                long now = partition.time().now();
                long expired = timer.isPeriodic() ? timer.due() - timer.count() : timer.count();
                if (tell(vp, vtl, number, timer, expired, now)) {
                    vp.mutableState().vtl(vtl).synic.setTimer(number, timer.delivered());
                }
            }
        }
    }

    /** Raises the vector or sends the message of an expired timer; false if the slot is taken. */
    private static boolean tell(Vp vp, int vtl, int number, SyntheticTimer timer, long due, long now) {
        if (timer.isDirect()) {
            vp.requestInterrupt(vtl, timer.vector());
            return true;
        }
        Bytes payload = new ByteWriter().u32(number).u32(0).u64(due).u64(now).toBytes();
        HvMessage message = new HvMessage(MessageType.TIMER_EXPIRED, payload);
        return SynIc.post(vp, vtl, timer.sint(), message) == HvStatus.SUCCESS;
    }

    private void findNext() {
        next = NEVER;
        for (int i = armed.nextSetBit(0); i >= 0; i = armed.nextSetBit(i + 1)) {
            next = Math.min(next, earliest(partition.vp(i), true));
        }
    }

    private long earliest(Vp vp, boolean withLazy) {
        long earliest = NEVER;
        for (int vtl = 0; vtl < partition.vtlCount(); vtl++) {
            if (vp.state().hasVtl(vtl)) {
                earliest = Math.min(earliest, earliest(vp.state().vtl(vtl), withLazy));
            }
        }
        return earliest;
    }

    private static long earliest(VtlState state, boolean withLazy) {
        ApicTimer apicTimer = state.apic.timer();
        long earliest = apicTimer.isArmed() ? apicTimer.due() : NEVER;
        for (int number = 0; number < SynIcState.TIMERS; number++) {
            SyntheticTimer timer = state.synic.timer(number);
            if (timer.isArmed() && (withLazy || !timer.isLazy())) {
                earliest = Math.min(earliest, timer.due() < 0 ? NEVER : timer.due());
            }
        }
        return earliest;
    }
}
