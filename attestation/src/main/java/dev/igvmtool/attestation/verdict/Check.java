package dev.igvmtool.attestation.verdict;

import java.util.List;
import java.util.Objects;

/**
 * One check.
 *
 * @param required whether the verdict stays open while this check is not made
 * @param found what the evidence says, empty if there is nothing to show
 * @param expected what it must say, empty if there is nothing to compare with
 * @param clause document and section that ask for the check, such as {@code SEV-SNP ABI, ATTESTATION_REPORT}
 * @param note what else is worth knowing: why it failed or was not made, what it rests on; may be empty
 */
public record Check(
        String name, Outcome outcome, boolean required, String found, String expected, String clause, String note)
        implements Verdict {

    /** A check with an outcome that was decided elsewhere. */
    public static Check of(String name, boolean passed, String found, String expected, String clause) {
        return new Check(name, passed ? Outcome.PASS : Outcome.FAIL, true, found, expected, clause, "");
    }

    /** A check of two values for equality; they are shown by their text. */
    public static Check equal(String name, Object found, Object expected, String clause) {
        return of(name, Objects.equals(found, expected), found.toString(), expected.toString(), clause);
    }

    /** A failure. */
    public static Check fail(String name, String found, String expected, String clause) {
        return of(name, false, found, expected, clause);
    }

    /** A check that could not be made and should have been. */
    public static Check missing(String name, String clause, String why) {
        return new Check(name, Outcome.NOT_CHECKED, true, "", "", clause, why);
    }

    /** A check that nobody asked for, or that does not apply; what was found is shown all the same. */
    public static Check skipped(String name, String found, String clause, String why) {
        return new Check(name, Outcome.NOT_CHECKED, false, found, "", clause, why);
    }

    /** The same with a note. */
    public Check withNote(String text) {
        return new Check(name, outcome, required, found, expected, clause, text);
    }

    @Override
    public void collect(List<Check> checks) {
        checks.add(this);
    }
}
