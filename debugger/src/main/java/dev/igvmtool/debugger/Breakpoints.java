package dev.igvmtool.debugger;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The breakpoints and watchpoints of a debugger, by number. */
public final class Breakpoints {
    private final Map<Integer, Breakpoint> byId = new TreeMap<>();
    private int lastId;

    /** Makes a breakpoint. */
    public Breakpoint add(Condition condition) {
        lastId++;
        Breakpoint breakpoint = new Breakpoint(lastId, condition, true);
        byId.put(lastId, breakpoint);
        return breakpoint;
    }

    /** Takes a breakpoint away; false if there is none of that number. */
    public boolean delete(int id) {
        return byId.remove(id) != null;
    }

    /** Switches a breakpoint on or off; false if there is none of that number. */
    public boolean enable(int id, boolean enabled) {
        Breakpoint former = byId.get(id);
        if (former == null) {
            return false;
        }
        byId.put(id, new Breakpoint(id, former.condition(), enabled));
        return true;
    }

    /** All, by ascending number. */
    public List<Breakpoint> all() {
        return List.copyOf(byId.values());
    }

    /** The breakpoint that a condition belongs to; empty for one that was made for a single run. */
    public Optional<Breakpoint> of(Condition condition) {
        return byId.values().stream()
                .filter(breakpoint -> breakpoint.condition().equals(condition))
                .findFirst();
    }

    /** Conditions of those that are enabled. */
    List<Condition> conditions() {
        List<Condition> conditions = new ArrayList<>();
        byId.values().stream()
                .filter(Breakpoint::enabled)
                .forEach(breakpoint -> conditions.add(breakpoint.condition()));
        return conditions;
    }
}
