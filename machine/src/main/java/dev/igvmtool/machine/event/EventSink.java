package dev.igvmtool.machine.event;

/** Takes the events of one machine, in the order in which they happen. */
@FunctionalInterface
public interface EventSink {
    /** Called on the machine's thread, before the machine goes on. */
    void event(MachineEvent event);
}
