package dev.igvmtool.debugger;

import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.MessageType;
import dev.igvmtool.machine.event.MachineEvent;
import java.lang.reflect.RecordComponent;

/** Says in a line what an event of a machine was. */
public final class EventText {
    private EventText() {}

    /** The event without the VP and VTL that it concerns. */
    public static String of(MachineEvent event) {
        if (event instanceof MachineEvent.StepRetired it) {
            return it.program() + "/" + it.step()
                    + it.timelineId().map(id -> " (" + id + ")").orElse("");
        }
        if (event instanceof MachineEvent.HypercallDone it) {
            return String.format(
                    "hypercall %s, status 0x%x, %d reps done",
                    HypercallCode.nameOf(it.code()), it.result() & 0xffff, it.result() >>> 32 & 0xfff);
        }
        if (event instanceof MachineEvent.MemoryRead it) {
            return String.format("read of %d bytes at GVA 0x%x, GPA 0x%x", it.length(), it.gva(), it.gpa());
        }
        if (event instanceof MachineEvent.MemoryWrite it) {
            return String.format("write of %d bytes at GVA 0x%x, GPA 0x%x", it.length(), it.gva(), it.gpa());
        }
        if (event instanceof MachineEvent.MsrRead it) {
            return String.format("rdmsr 0x%x: 0x%x", it.number(), it.value());
        }
        if (event instanceof MachineEvent.MsrWrite it) {
            return String.format("wrmsr 0x%x: 0x%x", it.number(), it.value());
        }
        if (event instanceof MachineEvent.PortIn it) {
            return String.format("in 0x%x, %d bytes: 0x%x", it.port(), it.sizeBytes(), it.value());
        }
        if (event instanceof MachineEvent.PortOut it) {
            return String.format("out 0x%x, %d bytes: 0x%x", it.port(), it.sizeBytes(), it.value());
        }
        if (event instanceof MachineEvent.Fault it) {
            return String.format("fault, vector %d at 0x%x: %s", it.vector(), it.rip(), it.message());
        }
        if (event instanceof MachineEvent.VpStarted it) {
            return String.format("VP %d started in VTL %d at 0x%x", it.vp(), it.vtl(), it.rip());
        }
        if (event instanceof MachineEvent.VpStopped it) {
            return String.format("VP %d stopped at 0x%x: %s", it.vp(), it.rip(), it.reason());
        }
        if (event instanceof MachineEvent.VtlSwitch it) {
            return String.format("VTL %d to VTL %d: %s", it.fromVtl(), it.toVtl(), it.reason());
        }
        if (event instanceof MachineEvent.Intercept it) {
            return "intercept: " + MessageType.nameOf(it.messageType());
        }
        return general(event);
    }

    /** Kind and components: for the events that need no words of their own. */
    private static String general(MachineEvent event) {
        StringBuilder text = new StringBuilder(event.getClass().getSimpleName());
        for (RecordComponent component : event.getClass().getRecordComponents()) {
            if (component.getName().equals("vp") || component.getName().equals("vtl")) {
                continue;
            }
            try {
                Object value = component.getAccessor().invoke(event);
                text.append(' ')
                        .append(component.getName())
                        .append(' ')
                        .append(
                                value instanceof Long || value instanceof Integer
                                        ? "0x" + Long.toHexString(((Number) value).longValue())
                                        : value);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("event " + event.getClass() + " cannot be read", e);
            }
        }
        return text.toString();
    }
}
