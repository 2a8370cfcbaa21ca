package dev.igvmtool.attestation.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class GroupTest {
    private static final Check PASS = Check.equal("version", 2, 2, "clause");
    private static final Check FAIL = Check.equal("version", 2, 3, "clause");
    private static final Check MISSING = Check.missing("chain", "clause", "no certificate");
    private static final Check SKIPPED = Check.skipped("host data", "00", "clause", "the policy does not ask for it");

    private static Outcome outcome(Verdict... children) {
        return new Group("group", List.of(children)).outcome();
    }

    @Test
    void oneFailureDecides() {
        assertEquals(Outcome.FAIL, outcome(PASS, MISSING, FAIL));
        assertEquals(Outcome.FAIL, outcome(PASS, new Group("inner", List.of(FAIL))));
    }

    @Test
    void whatShouldHaveBeenCheckedLeavesTheGroupOpen() {
        assertEquals(Outcome.NOT_CHECKED, outcome(PASS, MISSING, PASS));
        assertEquals(Outcome.PASS, outcome(PASS, SKIPPED));
        assertEquals(Outcome.PASS, outcome());
    }

    @Test
    void checksAreListedInOrder() {
        assertEquals(
                List.of(PASS, MISSING, SKIPPED),
                new Group("group", List.of(PASS, new Group("inner", List.of(MISSING)), SKIPPED)).checks());
    }
}
