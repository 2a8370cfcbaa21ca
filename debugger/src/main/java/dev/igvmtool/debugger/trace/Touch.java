package dev.igvmtool.debugger.trace;

import dev.igvmtool.debugger.view.Located;
import dev.igvmtool.machine.event.MachineEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Memory that a turn touched: a structure, or a range without a name.
 *
 * @param structure that lies there, if one is known to
 * @param startGpa first byte that was touched
 * @param endGpa end of the last piece that was touched; between them there may be gaps
 */
public record Touch(Optional<Located> structure, long startGpa, long endGpa) {
    /** Ranges without a name that are at most this far apart are one. */
    private static final long NEAR = 0x1000;

    /** What a turn read. */
    public static List<Touch> reads(TurnTrace turn, List<Located> structures) {
        List<Touch> touches = new ArrayList<>();
        for (MachineEvent event : turn.events()) {
            if (event instanceof MachineEvent.MemoryRead read) {
                touches.add(of(read.gpa(), read.length(), structures));
            }
        }
        return joined(touches);
    }

    /** What a turn wrote. */
    public static List<Touch> writes(TurnTrace turn, List<Located> structures) {
        List<Touch> touches = new ArrayList<>();
        for (MachineEvent event : turn.events()) {
            if (event instanceof MachineEvent.MemoryWrite write) {
                touches.add(of(write.gpa(), write.length(), structures));
            }
        }
        return joined(touches);
    }

    private static Touch of(long gpa, int length, List<Located> structures) {
        Optional<Located> structure = structures.stream()
                .filter(it -> gpa < it.range().end() && it.range().start() < gpa + length)
                .min(Comparator.comparingLong(it -> it.range().size()));
        return new Touch(structure, gpa, gpa + length);
    }

    private static List<Touch> joined(List<Touch> touches) {
        Map<String, Touch> named = new LinkedHashMap<>();
        List<Touch> others = new ArrayList<>();
        for (Touch touch : touches) {
            if (touch.structure.isPresent()) {
                named.merge(touch.structure.get().name(), touch, Touch::with);
            } else if (!others.isEmpty() && others.get(others.size() - 1).isNear(touch)) {
                others.set(others.size() - 1, others.get(others.size() - 1).with(touch));
            } else {
                others.add(touch);
            }
        }
        List<Touch> all = new ArrayList<>(named.values());
        all.addAll(others);
        return all;
    }

    private boolean isNear(Touch other) {
        return other.startGpa <= endGpa + NEAR && startGpa <= other.endGpa + NEAR;
    }

    private Touch with(Touch other) {
        return new Touch(structure, Math.min(startGpa, other.startGpa), Math.max(endGpa, other.endGpa));
    }
}
