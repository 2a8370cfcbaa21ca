package dev.igvmtool.machine.vp;

import dev.igvmtool.machine.partition.Partition;
import java.util.function.Predicate;

/** Takes interrupts to the VPs that they are for. */
public final class InterruptRouter {
    private final Partition partition;

    public InterruptRouter(Partition partition) {
        this.partition = partition;
    }

    /**
     * Sends an interrupt to one VTL of the VPs that it is for.
     *
     * @return false if it is for nobody
     */
    public boolean send(int vtl, InterruptMessage message) {
        return send(vtl, message, vp -> message.isFor(vp.apicId()));
    }

    /** Sends an interrupt to one VTL of the VPs chosen, of which lowest priority takes the first. */
    boolean send(int vtl, InterruptMessage message, Predicate<Vp> chosen) {
        boolean found = false;
        for (int i = 0; i < partition.vpCount(); i++) {
            Vp vp = partition.vp(i);
            if (vp.state().hasVtl(vtl) && chosen.test(vp)) {
                deliver(vp, vtl, message);
                found = true;
                if (message.type() == InterruptMessage.LOWEST_PRIORITY) {
                    break;
                }
            }
        }
        return found;
    }

    /** Sends an interrupt to the VP with an APIC id, without looking at all. */
    void sendTo(int apicId, int vtl, InterruptMessage message) {
        partition.vpWithApicId(apicId).ifPresent(index -> {
            if (partition.vp(index).state().hasVtl(vtl)) {
                deliver(partition.vp(index), vtl, message);
            }
        });
    }

    private static void deliver(Vp vp, int vtl, InterruptMessage message) {
        switch (message.type()) {
            case InterruptMessage.FIXED, InterruptMessage.LOWEST_PRIORITY ->
                vp.requestInterrupt(vtl, message.vector(), message.level(), false);
            case InterruptMessage.NMI -> vp.mutableState().vtl(vtl).nmiPending = true;
            case InterruptMessage.INIT -> vp.activity().initialize(vtl);
            case InterruptMessage.STARTUP -> vp.activity().startUp(vtl, message.vector());
            default -> {
                // What no APIC of this machine takes is lost.
            }
        }
    }
}
