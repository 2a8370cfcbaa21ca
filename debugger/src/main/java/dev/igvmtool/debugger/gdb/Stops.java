package dev.igvmtool.debugger.gdb;

import dev.igvmtool.debugger.Breakpoint;
import dev.igvmtool.debugger.Condition;
import dev.igvmtool.debugger.Condition.Access;
import dev.igvmtool.debugger.Condition.Place;
import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.Hit;
import dev.igvmtool.debugger.Stop;
import dev.igvmtool.machine.vp.Vp;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Breakpoints and watchpoints of a client, and what it is told when a run stops. */
final class Stops {
    private static final int MAX_WATCHED = 1 << 16;
    private static final int MAX_STOPS = 1 << 12;

    private final Debugger debugger;
    private final Map<String, Breakpoint> inserted = new HashMap<>();
    private String last;
    private OptionalInt stoppedThread = OptionalInt.empty();

    Stops(Debugger debugger) {
        this.debugger = debugger;
        this.last =
                "T05thread:" + thread(debugger.history().next().map(Vp::index).orElse(0)) + ";";
    }

    /** The last stop reply. */
    String last() {
        return last;
    }

    /** The VP that the last stop was about, if it was about one. */
    OptionalInt stoppedThread() {
        return stoppedThread;
    }

    /** {@code TYPE,ADDRESS,KIND}; false if the type is unknown. */
    boolean insert(String text) {
        String[] parts = parts(text);
        if (inserted.containsKey(key(parts))) {
            return true;
        }
        if (inserted.size() >= MAX_STOPS) {
            throw new ProtocolException();
        }
        Optional<Condition> condition = condition(parts);
        condition.ifPresent(
                it -> inserted.put(key(parts), debugger.breakpoints().add(it)));
        return condition.isPresent();
    }

    /** The same, the other way round. */
    boolean remove(String text) {
        String[] parts = parts(text);
        Breakpoint breakpoint = inserted.remove(key(parts));
        if (breakpoint != null) {
            debugger.breakpoints().delete(breakpoint.id());
        }
        return breakpoint != null || condition(parts).isPresent();
    }

    /** What the client leaves behind when it goes. */
    void removeAll() {
        inserted.values().forEach(breakpoint -> debugger.breakpoints().delete(breakpoint.id()));
        inserted.clear();
    }

    private static String[] parts(String text) {
        // Conditions and commands for the server to evaluate may follow; they were not offered.
        String[] parts = text.split(";", 2)[0].split(",", -1);
        if (parts.length != 3) {
            throw new ProtocolException();
        }
        return parts;
    }

    private static String key(String[] parts) {
        return parts[0] + "," + Hex.number(parts[1]) + "," + parts[2];
    }

    private static Optional<Condition> condition(String[] parts) {
        long address = Hex.number(parts[1]);
        return switch (parts[0]) {
            case "0", "1" -> Optional.of(new Condition.AtAddress(address, OptionalInt.empty()));
            case "2" -> Optional.of(watch(address, parts[2], Access.WRITE));
            case "3" -> Optional.of(watch(address, parts[2], Access.READ));
            case "4" -> Optional.of(watch(address, parts[2], Access.ANY));
            default -> Optional.empty();
        };
    }

    private static Condition watch(long address, String length, Access access) {
        return new Condition.OnMemory(Place.virtual(address, Math.max(1, Hex.count(length, MAX_WATCHED))), access);
    }

    /** The reply for a stop. */
    String reply(Stop stop, int thread) {
        stoppedThread = OptionalInt.of(thread);
        last = switch (stop.reason()) {
            case DONE, LIMIT -> "T05thread:" + thread(thread) + ";";
            case PAUSED -> "T02thread:" + thread(thread) + ";";
            case START -> "T05thread:" + thread(thread) + ";replaylog:begin;";
            case IDLE -> "T05thread:" + thread(thread) + ";replaylog:end;";
            case VP_STOPPED -> "T06thread:" + thread(thread) + ";";
            case HIT -> hit(stop.hits().get(0));
        };
        return last;
    }

    private String hit(Hit hit) {
        stoppedThread = OptionalInt.of(hit.vp());
        String start = "T05thread:" + thread(hit.vp()) + ";";
        if (hit.condition() instanceof Condition.OnMemory memory) {
            long address = memory.place().gva().orElse(hit.gva().orElse(0));
            String kind =
                    switch (memory.access()) {
                        case WRITE -> "watch";
                        case READ -> "rwatch";
                        case ANY -> "awatch";
                    };
            return start + kind + ":" + Long.toHexString(address) + ";";
        }
        boolean hardware = inserted.entrySet().stream()
                .anyMatch(it -> it.getKey().startsWith("1,")
                        && it.getValue().condition().equals(hit.condition()));
        return hit.condition() instanceof Condition.AtAddress ? start + (hardware ? "hwbreak:;" : "swbreak:;") : start;
    }

    private static String thread(int vp) {
        return Integer.toHexString(vp + 1);
    }
}
