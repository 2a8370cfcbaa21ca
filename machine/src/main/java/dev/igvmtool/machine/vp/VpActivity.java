package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.partition.Partition;

/** Whether a VP can take a turn, in which VTL, and what begins and ends that. */
final class VpActivity {
    private static final int REAL_MODE_CODE = 0x9b;

    private final Vp vp;
    private final Partition partition;
    private final Notifications notifications;

    VpActivity(Vp vp) {
        this.vp = vp;
        this.partition = vp.partition();
        this.notifications = new Notifications(vp);
    }

    /** What a higher VTL wants to be told. */
    Notifications notifications() {
        return notifications;
    }

    RunState runState() {
        VpState state = vp.state();
        if (!state.stopReason.isEmpty()) {
            return RunState.STOPPED;
        }
        VtlState vtl = state.active();
        if (vtl.startSuspended || state.held) {
            return RunState.WAITING_FOR_START;
        }
        return vtl.halted || vtl.idle || vtl.waitsInMailbox ? RunState.HALTED : RunState.RUNNING;
    }

    void stop(String reason) {
        vp.mutableState().stopReason = reason;
        if (partition.observed()) {
            partition.emit(new MachineEvent.VpStopped(vp.index(), vp.vtl(), vp.rip(), reason));
        }
    }

    /** A VTL of a VP that waits to be started waits too; otherwise it runs when it is first entered. */
    void enableVtl(int vtl) {
        VtlState fresh = new VtlState(partition.architecture(), vp.index() == 0, partition.startsInX2apic());
        fresh.startSuspended = vp.state().held || vp.state().active().startSuspended;
        vp.mutableState().vtls[vtl] = fresh;
    }

    /**
     * Takes a VTL away, and holds the VP; what the VTLs below it are stays as it is. An access of theirs that has been
     * answered counts as answered when they are returned to.
     */
    void withdrawVtl(int vtl) {
        VpState mutable = vp.mutableState();
        if (mutable.activeVtl == vtl) {
            mutable.activeVtl = VtlTransitions.lowerVtl(mutable);
        }
        mutable.vtls[vtl] = null;
        mutable.held = true;
        mutable.stopReason = "";
    }

    void start(int vtl, int startedBy) {
        VpState mutable = vp.mutableState();
        mutable.held = false;
        VtlState target = mutable.vtl(vtl);
        target.startSuspended = false;
        target.halted = false;
        target.waitsInMailbox = false;
        if (vp.index() == 0) {
            // The boot processor waits for nobody: what is below runs as soon as it is returned to.
            for (int lower = 0; lower < vtl; lower++) {
                if (mutable.hasVtl(lower)) {
                    mutable.vtl(lower).startSuspended = false;
                }
            }
        }
        mutable.activeVtl = vtl;
        mutable.stopReason = "";
        if (partition.observed()) {
            partition.emit(new MachineEvent.VpStarted(vp.index(), vtl, target.rip, startedBy));
        }
    }

    /** INIT: registers are those of a reset; application processors wait for a start-up message. */
    void initialize(int vtl) {
        VtlState state = vp.mutableState().vtl(vtl);
        state.reset();
        state.startSuspended = vp.index() != 0;
    }

    /** Start-up message: a VP that waits for one runs real-mode code at {@code vector} pages. */
    void startUp(int vtl, int vector) {
        VtlState state = vp.mutableState().vtl(vtl);
        if (!state.startSuspended) {
            return;
        }
        state.setSegment(
                SegmentRegister.CS, new SegmentValue((long) vector << 12, 0xffff, vector << 8, REAL_MODE_CODE));
        state.rip = 0;
        state.startSuspended = false;
        if (partition.observed()) {
            partition.emit(new MachineEvent.VpStarted(vp.index(), vtl, (long) vector << 12, vp.index()));
        }
    }

    boolean canTakeTurn() {
        VpState state = vp.state();
        if (!state.stopReason.isEmpty() || state.held) {
            return false;
        }
        if (interruptedVtl() >= 0) {
            return true;
        }
        VtlState vtl = state.active();
        if (vtl.startSuspended) {
            return false;
        }
        if (vtl.waitsInMailbox) {
            return partition.mailbox().called().orElse(-1) == vp.index();
        }
        return !vtl.halted && !vtl.idle || wakes(vtl) || notifications.isDue();
    }

    /** A VTL above the running one that has an interrupt to take, -1 if there is none. */
    int interruptedVtl() {
        VpState state = vp.state();
        for (int vtl = state.vtls.length - 1; vtl > state.activeVtl; vtl--) {
            VtlState higher = state.vtls[vtl];
            if (higher != null && !higher.startSuspended && higher.hasInterrupt()) {
                return vtl;
            }
        }
        return -1;
    }

    /** The highest VTL that is enabled. */
    int highestVtl() {
        VpState state = vp.state();
        int vtl = state.vtls.length - 1;
        while (!state.hasVtl(vtl)) {
            vtl--;
        }
        return vtl;
    }

    private static boolean wakes(VtlState vtl) {
        return ((vtl.pendingEvent | vtl.pendingInterruption) & 1) != 0
                || vtl.nmiPending && !vtl.nmiMasked
                || ((vtl.rflags & Cpu.RFLAGS_IF) != 0 || vtl.idle) && vtl.hasInterrupt();
    }
}
