package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.ApicEoiMessage;
import dev.igvmtool.abi.hv.DeliverabilityNotifications;
import dev.igvmtool.abi.hv.InterceptHeader;
import dev.igvmtool.abi.hv.InterceptType;
import dev.igvmtool.abi.hv.InterruptDeliverable;
import dev.igvmtool.abi.hv.MessageType;
import dev.igvmtool.abi.hv.SintDeliverable;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.partition.Partition;
import dev.igvmtool.machine.synic.SynIc;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a higher VTL has asked to be told of the running one before its next step: interrupts that have ended, and that an
 * interrupt or a message can be delivered now. Each is told once.
 */
final class Notifications {
    private final Vp vp;
    private final Partition partition;

    Notifications(Vp vp) {
        this.vp = vp;
        this.partition = vp.partition();
    }

    /** True if there is something to tell. */
    boolean isDue() {
        VtlState state = vp.state().active();
        if (state.deliverabilityNotifications == 0 && state.endedInterrupts.isEmpty()) {
            return false;
        }
        return vp.activity().highestVtl() > vp.vtl()
                && (!state.endedInterrupts.isEmpty()
                        || deliverableSints(state) != 0
                        || nmiDeliverable(state)
                        || interruptDeliverable(state));
    }

    /** The next thing to tell, which is then no longer wanted. */
    Optional<InterceptRequest> take() {
        if (!isDue()) {
            return Optional.empty();
        }
        VtlState state = vp.mutableState().active();
        if (!state.endedInterrupts.isEmpty()) {
            int vector = state.endedInterrupts.remove(0);
            OptionalInt handler =
                    partition.interceptor(vp.vtl(), InterceptType.APIC_EOI, InterceptType.ACCESS_WRITE, 0);
            return handler.isPresent() ? Optional.of(ended(handler.getAsInt(), vector)) : Optional.empty();
        }
        int handler = vp.activity().highestVtl();
        int sints = deliverableSints(state);
        if (sints != 0) {
            state.deliverabilityNotifications &= ~((long) sints << DeliverabilityNotifications.SINTS_SHIFT);
            return Optional.of(Intercepts.message(
                    handler,
                    MessageType.SYNIC_SINT_DELIVERABLE,
                    InterceptHeader.EXECUTE,
                    header -> SintDeliverable.CODEC.toBytes(new SintDeliverable(header, sints, Bytes.zeros(6)))));
        }
        boolean nmi = nmiDeliverable(state);
        state.deliverabilityNotifications &=
                ~(nmi ? DeliverabilityNotifications.NMI : DeliverabilityNotifications.INTERRUPT);
        int kind = nmi ? InterruptDeliverable.NMI : InterruptDeliverable.INTERRUPT;
        return Optional.of(Intercepts.message(
                handler,
                MessageType.INTERRUPT_DELIVERABLE,
                InterceptHeader.EXECUTE,
                header -> InterruptDeliverable.CODEC.toBytes(new InterruptDeliverable(header, kind, Bytes.zeros(7)))));
    }

    private InterceptRequest ended(int handler, int vector) {
        return Intercepts.message(
                handler,
                MessageType.APIC_EOI,
                InterceptHeader.WRITE,
                header -> ApicEoiMessage.CODEC.toBytes(new ApicEoiMessage(vp.index(), vector)));
    }

    private int deliverableSints(VtlState state) {
        int wanted = (int) (state.deliverabilityNotifications >>> DeliverabilityNotifications.SINTS_SHIFT);
        int deliverable = 0;
        for (int sint = 0; wanted >>> sint != 0; sint++) {
            if ((wanted & 1 << sint) != 0 && SynIc.isDeliverable(vp, vp.vtl(), sint)) {
                deliverable |= 1 << sint;
            }
        }
        return deliverable;
    }

    private static boolean nmiDeliverable(VtlState state) {
        return (state.deliverabilityNotifications & DeliverabilityNotifications.NMI) != 0 && !state.nmiMasked;
    }

    private static boolean interruptDeliverable(VtlState state) {
        long notifications = state.deliverabilityNotifications;
        long priority = notifications >>> DeliverabilityNotifications.PRIORITY_SHIFT & 0xf;
        return (notifications & DeliverabilityNotifications.INTERRUPT) != 0
                && (state.rflags & Cpu.RFLAGS_IF) != 0
                && !state.interruptShadow
                && (priority == 0 || priority > state.apic.processorPriority(state.cr8));
    }
}
