package dev.igvmtool.attestation.verdict;

import java.util.List;

/**
 * Checks that belong together.
 *
 * @param children in the order in which they were made
 */
public record Group(String name, List<Verdict> children) implements Verdict {
    public Group {
        children = List.copyOf(children);
    }

    /** A failure anywhere is a failure; a required check that was not made leaves the group open. */
    @Override
    public Outcome outcome() {
        Outcome outcome = Outcome.PASS;
        for (Check check : checks()) {
            if (check.outcome() == Outcome.FAIL) {
                return Outcome.FAIL;
            }
            if (check.outcome() == Outcome.NOT_CHECKED && check.required()) {
                outcome = Outcome.NOT_CHECKED;
            }
        }
        return outcome;
    }

    @Override
    public void collect(List<Check> checks) {
        children.forEach(child -> child.collect(checks));
    }
}
