package dev.igvmtool.cli;

import dev.igvmtool.measurement.Coverage;
import dev.igvmtool.measurement.Step;
import java.io.PrintStream;

/** Rows of {@code measure} for people: steps, then name and digest, then coverage. */
final class MeasuredText {
    private MeasuredText() {}

    static void print(MeasuredRow row, PrintStream out) {
        row.steps().accept(step -> print(step, out));
        out.println(row.name() + " " + (row.label().isEmpty() ? "" : row.label() + " ")
                + row.digest().toHex());
        row.coverage().ifPresent(it -> print(it, out));
    }

    private static void print(Step step, PrintStream out) {
        String gpa =
                step.gpa().isPresent() ? String.format("0x%012x", step.gpa().getAsLong()) : "-";
        out.printf(
                "  %-15s %-14s %s%s%n",
                step.what(),
                gpa,
                step.digest().toHex(),
                step.detail().isEmpty() ? "" : "  " + Printable.escape(step.detail()));
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
