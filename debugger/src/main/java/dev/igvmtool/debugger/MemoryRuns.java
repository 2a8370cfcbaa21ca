package dev.igvmtool.debugger;

import dev.igvmtool.machine.event.MachineEvent;
import java.util.ArrayList;
import java.util.List;

/** Joins accesses that go on where the one before ended: a copy of many pages is one access to those who look. */
public final class MemoryRuns {
    private MemoryRuns() {}

    /** The events with neighbouring reads, and neighbouring writes, made one. */
    public static List<MachineEvent> join(List<MachineEvent> events) {
        List<MachineEvent> joined = new ArrayList<>();
        for (MachineEvent event : events) {
            int last = joined.size() - 1;
            if (last >= 0
                    && joined.get(last) instanceof MachineEvent.MemoryRead before
                    && event instanceof MachineEvent.MemoryRead next
                    && before.vp() == next.vp()
                    && follows(before.gva(), before.gpa(), before.length(), next.gva(), next.gpa())) {
                joined.set(
                        last,
                        new MachineEvent.MemoryRead(
                                before.vp(),
                                before.vtl(),
                                before.gva(),
                                before.gpa(),
                                before.length() + next.length()));
            } else if (last >= 0
                    && joined.get(last) instanceof MachineEvent.MemoryWrite before
                    && event instanceof MachineEvent.MemoryWrite next
                    && before.vp() == next.vp()
                    && follows(before.gva(), before.gpa(), before.length(), next.gva(), next.gpa())) {
                joined.set(
                        last,
                        new MachineEvent.MemoryWrite(
                                before.vp(),
                                before.vtl(),
                                before.gva(),
                                before.gpa(),
                                before.length() + next.length()));
            } else {
                joined.add(event);
            }
        }
        return joined;
    }

    private static boolean follows(long gva, long gpa, int length, long nextGva, long nextGpa) {
        return gva + length == nextGva && gpa + length == nextGpa;
    }
}
