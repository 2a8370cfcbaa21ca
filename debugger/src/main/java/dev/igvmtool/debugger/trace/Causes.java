package dev.igvmtool.debugger.trace;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.Moment;
import dev.igvmtool.debugger.Writer;
import dev.igvmtool.debugger.view.Located;
import dev.igvmtool.debugger.view.Origins;
import dev.igvmtool.debugger.view.Provenance;
import dev.igvmtool.debugger.view.Structures;
import dev.igvmtool.debugger.view.ViewChange;
import dev.igvmtool.debugger.view.ViewNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Why a turn of one run is not as the same turn of another: what it read that differs, who wrote that, what that one had
 * read, and so on, back to what was loaded. Structures are compared by name, so that they may lie elsewhere.
 */
public final class Causes {
    private static final int MAX_DEPTH = 6;
    private static final int MAX_CHANGES = 12;
    private static final int MAX_CAUSES = 40;

    private final Run first;
    private final Run second;
    private final List<Cause> causes = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();

    /** A run that can be looked at. */
    public record Run(Debugger debugger, Structures structures, Origins origins) {}

    /**
     * Something that a turn read and that differs.
     *
     * @param depth 0 for the turn that was asked for, 1 for what led to it, and so on
     * @param turns of the first and the second run
     * @param step that read it
     * @param structure that it read
     * @param changes fields with their content in the first and in the second run, the first few
     * @param more fields that differ besides
     * @param firstOrigin who wrote the first of these fields in the first run
     * @param secondOrigin the same in the second run
     */
    public record Cause(
            int depth,
            List<Long> turns,
            String step,
            String structure,
            List<ViewChange> changes,
            int more,
            String firstOrigin,
            String secondOrigin) {}

    /** A structure of both runs. */
    private record Pair(Located first, Located second, List<ViewChange> changes) {}

    public Causes(Run first, Run second) {
        this.first = first;
        this.second = second;
    }

    /** The causes of a difference in a turn of the first run and one of the second. */
    public List<Cause> of(long firstTurn, long secondTurn) {
        follow(firstTurn, secondTurn, 0);
        return List.copyOf(causes);
    }

    private void follow(long firstTurn, long secondTurn, int depth) {
        if (depth > MAX_DEPTH || causes.size() >= MAX_CAUSES || !seen.add(firstTurn + "/" + secondTurn)) {
            return;
        }
        TurnTrace turn = trace(first, firstTurn);
        TurnTrace other = trace(second, secondTurn);
        for (Pair pair : differences(turn, other)) {
            add(turn, other, pair, depth);
        }
    }

    private static TurnTrace trace(Run run, long turn) {
        run.debugger.goTo(turn);
        Moment.Next next = run.debugger
                .now()
                .next()
                .orElseThrow(() -> new IgvmToolException("turn " + turn + " was not taken in a replay"));
        return RunTrace.trace(run.debugger.machine(), turn, next, run.debugger.eventsOf(turn));
    }

    /** The structures that a turn reads in both runs and that say different things; both runs stand before the turn. */
    private List<Pair> differences(TurnTrace turn, TurnTrace other) {
        List<Pair> pairs = new ArrayList<>();
        List<Touch> otherReads = Touch.reads(other, second.structures.all());
        for (Touch touch : Touch.reads(turn, first.structures.all())) {
            if (touch.structure().isEmpty()) {
                continue;
            }
            Located mine = touch.structure().get();
            otherReads.stream()
                    .flatMap(read -> read.structure().stream())
                    .filter(its -> its.name().equals(mine.name()))
                    .findFirst()
                    .ifPresent(its -> {
                        List<ViewChange> changes = compare(mine, its);
                        if (!changes.isEmpty()) {
                            pairs.add(new Pair(mine, its, changes));
                        }
                    });
        }
        return pairs;
    }

    private List<ViewChange> compare(Located mine, Located its) {
        try {
            return ViewChange.between(first.structures.view(mine), second.structures.view(its));
        } catch (IgvmToolException unreadable) {
            return List.of();
        }
    }

    private void add(TurnTrace turn, TurnTrace other, Pair pair, int depth) {
        String path = pair.changes.get(0).path();
        Optional<Provenance> mine = origin(first, pair.first, path);
        Optional<Provenance> its = origin(second, pair.second, path);
        causes.add(new Cause(
                depth,
                List.of(turn.turn(), other.turn()),
                turn.program() + "/" + turn.stepName(),
                pair.first.name(),
                pair.changes.stream().limit(MAX_CHANGES).toList(),
                Math.max(0, pair.changes.size() - MAX_CHANGES),
                mine.map(Provenance::toString).orElse("unknown"),
                its.map(Provenance::toString).orElse("unknown")));
        if (mine.isPresent()
                && its.isPresent()
                && mine.get().writer().kind() == Writer.Kind.PROGRAM
                && its.get().writer().kind() == Writer.Kind.PROGRAM) {
            follow(mine.get().writer().turn(), its.get().writer().turn(), depth + 1);
            first.debugger.goTo(turn.turn());
            second.debugger.goTo(other.turn());
        }
    }

    /** Who wrote a field, whose path begins with the name of its structure. */
    private static Optional<Provenance> origin(Run run, Located located, String path) {
        ViewNode field;
        try {
            String inside =
                    path.substring(Math.min(path.length(), located.name().length()));
            field = run.structures
                    .view(located)
                    .find(inside.startsWith(".") ? inside.substring(1) : inside)
                    .filter(node -> node.sizeBytes() > 0)
                    .orElseGet(() -> run.structures.view(located));
        } catch (IgvmToolException unreadable) {
            return Optional.empty();
        }
        List<Provenance> pieces =
                Provenance.of(run.debugger, run.origins, GpaRange.ofSize(field.gpa(), Math.max(1, field.sizeBytes())));
        return pieces.stream().findFirst();
    }
}
