package dev.igvmtool.cli.verdict;

import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Outcome;
import dev.igvmtool.attestation.verdict.Verdict;
import java.util.List;

/**
 * How many checks came to what.
 *
 * @param all checks of the verdict
 * @param failed those that failed
 * @param open those that should have been made and could not
 * @param skipped those that nobody asked for or that do not apply
 */
public record VerdictCount(int all, int failed, int open, int skipped) {
    /** Counts. */
    public static VerdictCount of(Verdict verdict) {
        List<Check> checks = verdict.checks();
        int failed = (int)
                checks.stream().filter(check -> check.outcome() == Outcome.FAIL).count();
        int open = (int) checks.stream()
                .filter(check -> check.outcome() == Outcome.NOT_CHECKED && check.required())
                .count();
        int skipped = (int) checks.stream()
                .filter(check -> check.outcome() == Outcome.NOT_CHECKED && !check.required())
                .count();
        return new VerdictCount(checks.size(), failed, open, skipped);
    }

    /** One line: {@code 2 of 61 checks failed, 1 could not be made, 20 were not asked for}. */
    public String line() {
        return failed + " of " + all + " checks failed, " + open + " could not be made, " + skipped
                + " were not asked for or do not apply";
    }
}
