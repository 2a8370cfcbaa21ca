package dev.igvmtool.machine.vp;

import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.partition.Partition;

/** Whether a VP can take a turn, in which VTL, and what begins and ends that. */
final class VpActivity {
    private final Vp vp;
    private final Partition partition;

    VpActivity(Vp vp) {
        this.vp = vp;
        this.partition = vp.partition();
    }

    RunState runState() {
        VpState state = vp.state();
        if (!state.stopReason.isEmpty()) {
            return RunState.STOPPED;
        }
        VtlState vtl = state.active();
        if (vtl.startSuspended) {
            return RunState.WAITING_FOR_START;
        }
        return vtl.halted ? RunState.HALTED : RunState.RUNNING;
    }

    void stop(String reason) {
        vp.mutableState().stopReason = reason;
        if (partition.observed()) {
            partition.emit(new MachineEvent.VpStopped(vp.index(), vp.vtl(), vp.rip(), reason));
        }
    }

    void enableVtl(int vtl) {
        VtlState fresh = new VtlState(vp.index() == 0, partition.startsInX2apic());
        fresh.startSuspended = true;
        vp.mutableState().vtls[vtl] = fresh;
    }

    void start(int vtl, int startedBy) {
        VpState mutable = vp.mutableState();
        VtlState target = mutable.vtl(vtl);
        target.startSuspended = false;
        target.halted = false;
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

    boolean canTakeTurn() {
        VpState state = vp.state();
        if (!state.stopReason.isEmpty()) {
            return false;
        }
        if (interruptedVtl() >= 0) {
            return true;
        }
        VtlState vtl = state.active();
        if (vtl.startSuspended) {
            return false;
        }
        return !vtl.halted || wakes(vtl);
    }

    /** A VTL above the running one that has an interrupt to take, -1 if there is none. */
    int interruptedVtl() {
        VpState state = vp.state();
        for (int vtl = state.vtls.length - 1; vtl > state.activeVtl; vtl--) {
            VtlState higher = state.vtls[vtl];
            if (higher != null && !higher.startSuspended && higher.apic.deliverable(higher.cr8) >= 0) {
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
        return (vtl.pendingEvent & 1) != 0 || (vtl.rflags & Cpu.RFLAGS_IF) != 0 && vtl.apic.deliverable(vtl.cr8) >= 0;
    }
}
