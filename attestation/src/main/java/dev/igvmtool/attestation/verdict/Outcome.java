package dev.igvmtool.attestation.verdict;

/** What came of a check. */
public enum Outcome {
    /** What was found is what was expected. */
    PASS("pass"),

    /** What was found is not what was expected. */
    FAIL("fail"),

    /** Something that the check needs is not there; its note says what. */
    NOT_CHECKED("not checked");

    private final String text;

    Outcome(String text) {
        this.text = text;
    }

    /** For people, and stable for scripts. */
    public String text() {
        return text;
    }
}
