package dev.igvmtool.debugger.dap;

import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.debugger.Breakpoint;
import dev.igvmtool.debugger.Condition;
import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.Hit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.eclipse.lsp4j.debug.StoppedEventArgumentsReason;

/** The breakpoints of a client. It sets all of one kind at a time, or of one file. */
final class StopPoints {
    private static final int MAX_EACH = 1 << 12;

    private final Debugger debugger;
    private final Map<String, List<Own>> groups = new TreeMap<>();

    /**
     * A breakpoint of a client.
     *
     * @param number that the client knows
     */
    private record Own(Breakpoint breakpoint, int number) {}

    StopPoints(Debugger debugger) {
        this.debugger = debugger;
    }

    /** Prefix of the groups of source files. */
    static final String SOURCE = "breakpoint:";

    /** Takes the place of what the group had. */
    void clear(String group) {
        List<Own> former = groups.remove(group);
        if (former != null) {
            former.forEach(it -> debugger.breakpoints().delete(it.breakpoint.id()));
        }
    }

    /** Takes all away. */
    void clear() {
        List.copyOf(groups.keySet()).forEach(this::clear);
    }

    /** Adds conditions as one breakpoint of the client; the answer has the number of the first. */
    org.eclipse.lsp4j.debug.Breakpoint add(String group, Supplier<List<Condition>> conditions) {
        org.eclipse.lsp4j.debug.Breakpoint answer = new org.eclipse.lsp4j.debug.Breakpoint();
        try {
            List<Own> own = groups.computeIfAbsent(group, unused -> new ArrayList<>());
            for (Condition condition : conditions.get()) {
                if (own.size() >= MAX_EACH) {
                    throw new IgvmToolException("more than " + MAX_EACH + " breakpoints");
                }
                Breakpoint made = debugger.breakpoints().add(condition);
                if (!answer.isVerified()) {
                    answer.setId(made.id());
                    answer.setVerified(true);
                }
                own.add(new Own(made, answer.getId()));
            }
        } catch (IgvmToolException refused) {
            answer.setMessage(String.valueOf(refused.getMessage()));
        }
        return answer;
    }

    /** Why a run stopped, in the protocol's words. */
    String reason(Hit hit) {
        for (Map.Entry<String, List<Own>> group : groups.entrySet()) {
            if (group.getValue().stream()
                    .anyMatch(own -> own.breakpoint.condition().equals(hit.condition()))) {
                return group.getKey().startsWith(SOURCE) ? StoppedEventArgumentsReason.BREAKPOINT : group.getKey();
            }
        }
        // One that was made at the console.
        return StoppedEventArgumentsReason.BREAKPOINT;
    }

    /** Numbers of the client's breakpoints that were hit. */
    Integer[] numbers(List<Hit> hits) {
        return groups.values().stream()
                .flatMap(List::stream)
                .filter(own -> hits.stream().anyMatch(hit -> hit.condition().equals(own.breakpoint.condition())))
                .map(Own::number)
                .distinct()
                .toArray(Integer[]::new);
    }
}
