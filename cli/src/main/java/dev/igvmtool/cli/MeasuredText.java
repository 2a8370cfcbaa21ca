package dev.igvmtool.cli;

import dev.igvmtool.measurement.Coverage;
import dev.igvmtool.measurement.Step;
import java.io.PrintStream;

/** Rows of {@code measure} for people: steps, then name and digest, then coverage. */
final class MeasuredText {
    private static final int GPA_DIGITS = 12;
    private static final int GPA_COLUMNS = 15;
    private static final int DIGEST_COLUMN = 33;

    private MeasuredText() {}

    static void print(MeasuredRow row, PrintStream out) {
        row.steps().accept(step -> print(step, out));
        out.println(row.name() + " " + (row.label().isEmpty() ? "" : row.label() + " ")
                + row.digest().toHex());
        row.coverage().ifPresent(it -> print(it, out));
    }

    /** Without String.format: there may be a step for every page of an image. */
    private static void print(Step step, PrintStream out) {
        StringBuilder line = new StringBuilder("  ").append(step.what());
        pad(line, DIGEST_COLUMN - GPA_COLUMNS);
        if (step.gpa().isPresent()) {
            String digits = Long.toHexString(step.gpa().getAsLong());
            line.append("0x").append("0".repeat(Math.max(0, GPA_DIGITS - digits.length())));
            line.append(digits);
        } else {
            line.append('-');
        }
        pad(line, DIGEST_COLUMN);
        line.append(step.digest().toHex());
        if (!step.detail().isEmpty()) {
            line.append("  ").append(Printable.escape(step.detail()));
        }
        out.println(line);
    }

    private static void pad(StringBuilder line, int column) {
        line.append(" ".repeat(Math.max(1, column - line.length())));
    }

    private static void print(Coverage coverage, PrintStream out) {
        for (Coverage.Kind kind : Coverage.Kind.values()) {
            out.printf("  %8d pages: %s%n", coverage.pages(kind), kind.text());
        }
        coverage.runs().stream()
                .filter(run -> run.kind() == Coverage.Kind.NOTHING)
                .forEach(run ->
                        out.println("    " + run.range() + " " + run.kind().text()));
        switch (coverage.sharedPages()) {
            case NONE -> {}
            case MATCHES -> out.println("  the image's hash over all shared pages matches");
            case DIFFERS -> out.println("  the image's hash over all shared pages is not that of these pages");
        }
    }
}
