package dev.igvmtool.cli.verdict;

import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Outcome;
import dev.igvmtool.attestation.verdict.Verdict;
import java.util.ArrayList;
import java.util.List;

/** A verdict as indented lines: outcome, name, found, expected, clause, note. */
public final class VerdictText {
    private static final String INDENT = "  ";

    private VerdictText() {}

    /** One line for each node, children below their group. Text from outside is not escaped yet. */
    public static List<String> lines(Verdict verdict) {
        List<String> lines = new ArrayList<>();
        append(lines, verdict, "");
        return lines;
    }

    private static void append(List<String> lines, Verdict verdict, String indent) {
        if (verdict instanceof Group group) {
            lines.add(indent + mark(group.outcome()) + group.name());
            group.children().forEach(child -> append(lines, child, indent + INDENT));
        } else if (verdict instanceof Check check) {
            lines.add(indent + mark(check.outcome()) + check.name() + details(check));
        }
    }

    /** Columns of equal width, so that names stand below each other. */
    private static String mark(Outcome outcome) {
        return String.format("%-13s", outcome.text());
    }

    private static String details(Check check) {
        StringBuilder text = new StringBuilder();
        boolean asExpected = check.outcome() == Outcome.PASS && check.found().equals(check.expected());
        if (!check.found().isEmpty()) {
            text.append(": ").append(asExpected ? "" : "found ").append(check.found());
        }
        if (!check.expected().isEmpty() && !asExpected) {
            text.append(check.found().isEmpty() ? ": " : ", ")
                    .append("expected ")
                    .append(check.expected());
        }
        if (!check.note().isEmpty()) {
            text.append("; ").append(check.note());
        }
        if (!check.clause().isEmpty()) {
            text.append(" [").append(check.clause()).append(']');
        }
        return text.toString();
    }
}
