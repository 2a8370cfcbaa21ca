package dev.igvmtool.debugger;

import dev.igvmtool.machine.event.MachineEvent;

/** Whether an event is one that a condition speaks of. */
final class EventMatch {
    private EventMatch() {}

    static boolean matches(Condition condition, MachineEvent event) {
        if (condition instanceof Condition.OnTimeline timeline) {
            return event instanceof MachineEvent.StepRetired step
                    && step.timelineId().isPresent()
                    && step.timelineId().get().equals(timeline.id());
        }
        if (condition instanceof Condition.OnHypercall call) {
            return event instanceof MachineEvent.HypercallDone done
                    && (call.code().isEmpty() || call.code().getAsInt() == done.code());
        }
        if (condition instanceof Condition.OnMsr msr) {
            return event instanceof MachineEvent.MsrRead read && msr.access().reads() && contains(msr, read.number())
                    || event instanceof MachineEvent.MsrWrite write
                            && msr.access().writes()
                            && contains(msr, write.number());
        }
        if (condition instanceof Condition.OnPort port) {
            return event instanceof MachineEvent.PortIn in && port.access().reads() && contains(port, in.port())
                    || event instanceof MachineEvent.PortOut out
                            && port.access().writes()
                            && contains(port, out.port());
        }
        return condition instanceof Condition.OnEvent kind
                && event.getClass().getSimpleName().equals(kind.kind());
    }

    private static boolean contains(Condition.OnMsr msr, int number) {
        long unsigned = Integer.toUnsignedLong(number);
        return unsigned >= msr.first() && unsigned <= msr.last();
    }

    private static boolean contains(Condition.OnPort port, int number) {
        return number >= port.first() && number <= port.last();
    }
}
