package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.hv.VpAssistPage;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Partition;
import java.util.List;
import java.util.Optional;

/**
 * What happens between two steps of a VP, in this order: a higher VTL takes its interrupt, or is told what it wants to
 * know; then the running VTL takes an event that was made pending, an NMI, or an interrupt.
 */
final class PendingEvents {
    private static final int NMI = 2;
    private static final int EVENT_EXTERNAL_INTERRUPT = 5;
    private static final int EVENT_HAS_CODE = 1 << 8;
    private static final int INTERRUPTION_EXTERNAL = 0;
    private static final int INTERRUPTION_NMI = 2;
    private static final int INTERRUPTION_HAS_CODE = 1 << 4;
    private static final long VINA_ENABLED = 1 << 8;
    private static final long VINA_AUTO_RESET = 1 << 9;
    private static final long VINA_AUTO_EOI = 1 << 10;

    private final Vp vp;
    private final Partition partition;
    private final VtlTransitions transitions;
    private final InterruptDelivery delivery;

    PendingEvents(Vp vp, VtlTransitions transitions, InterruptDelivery delivery) {
        this.vp = vp;
        this.partition = vp.partition();
        this.transitions = transitions;
        this.delivery = delivery;
    }

    /** Delivers at most one event. What cannot be delivered since memory cannot be reached stays pending. */
    void take() {
        int higher = vp.activity().interruptedVtl();
        if (higher >= 0) {
            transitions.enterForInterrupt(higher);
        } else {
            Optional<InterceptRequest> notification =
                    vp.activity().notifications().take();
            if (notification.isPresent()) {
                transitions.intercept(notification.get());
            }
        }
        VtlState vtl = vp.state().active();
        if (vtl.startSuspended) {
            return;
        }
        assistLowerInterrupts(vtl);
        if ((vtl.pendingEvent & 1) != 0) {
            injectEvent(vtl);
        } else if ((vtl.pendingInterruption & 1) != 0) {
            redeliver(vtl);
        } else if (vtl.completed.isEmpty()) {
            // A step whose accesses are being completed is not over: no interrupt in its middle.
            takeInterrupt(vtl);
        }
    }

    private void takeInterrupt(VtlState vtl) {
        int vector = vtl.apic.deliverable(vtl.cr8);
        if (vtl.nmiPending && !vtl.nmiMasked) {
            wake(vtl);
            vtl.nmiPending = false;
            vtl.nmiMasked = true;
            report(NMI);
            delivery.nonMaskable();
        } else if (vector >= 0 && (vtl.rflags & Cpu.RFLAGS_IF) != 0 && !vtl.interruptShadow) {
            wake(vtl);
            external(vtl, vector);
            vtl.apic.accept(vector);
        } else if (vector >= 0) {
            vtl.idle = false;
        }
    }

    private static void wake(VtlState vtl) {
        vtl.halted = false;
        vtl.idle = false;
    }

    private void external(VtlState vtl, int vector) {
        vtl.completed = List.of();
        report(vector);
        delivery.external(vector);
    }

    private void report(int vector) {
        if (partition.observed()) {
            partition.emit(new MachineEvent.Interrupt(vp.index(), vp.vtl(), vector));
        }
    }

    /** PendingEvent0: kind 0 an exception, 5 an external interrupt. */
    private void injectEvent(VtlState vtl) {
        long event = vtl.pendingEvent;
        wake(vtl);
        vtl.completed = List.of();
        if (((int) (event >>> 1) & 7) == EVENT_EXTERNAL_INTERRUPT) {
            external(vtl, (int) (event >>> 8) & 0xff);
        } else {
            delivery.injected(
                    (int) (event >>> 16) & 0xffff,
                    (event & EVENT_HAS_CODE) != 0,
                    (int) (event >>> Integer.SIZE),
                    vtl.pendingEventHigh);
        }
        vtl.pendingEvent = 0;
        vtl.pendingEventHigh = 0;
    }

    /** PendingInterruption: what was being delivered when it was interrupted itself. */
    private void redeliver(VtlState vtl) {
        long event = vtl.pendingInterruption;
        int kind = (int) (event >>> 1) & 7;
        int vector = (int) (event >>> 16) & 0xffff;
        wake(vtl);
        if (kind == INTERRUPTION_EXTERNAL) {
            external(vtl, vector & 0xff);
        } else if (kind == INTERRUPTION_NMI) {
            vtl.nmiMasked = true;
            delivery.nonMaskable();
        } else {
            delivery.injected(vector, (event & INTERRUPTION_HAS_CODE) != 0, (int) (event >>> Integer.SIZE), 0);
        }
        vtl.pendingInterruption = 0;
    }

    /** VsmVina: a VTL may have itself interrupted when a lower one has an interrupt to take. */
    private void assistLowerInterrupts(VtlState vtl) {
        if ((vtl.vina & VINA_ENABLED) == 0 || vtl.vinaAsserted) {
            return;
        }
        for (int lower = 0; lower < vp.vtl(); lower++) {
            if (vp.state().hasVtl(lower) && vp.state().vtl(lower).hasInterrupt()) {
                vtl.apic.request((int) vtl.vina & 0xff, false, (vtl.vina & VINA_AUTO_EOI) != 0);
                vtl.vinaAsserted = (vtl.vina & VINA_AUTO_RESET) == 0;
                if ((vtl.vpAssistPage & 1) != 0) {
                    long page = vtl.vpAssistPage & -PhysicalMemory.PAGE_SIZE;
                    partition.physical().writeU8(page + VpAssistPage.VINA_STATUS, 1);
                }
                return;
            }
        }
    }
}
