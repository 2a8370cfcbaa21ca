package dev.igvmtool.cli;

/** What the process ends with; scripts rely on it. */
final class ExitStatus {
    /** Done. */
    static final int DONE = 0;

    /** A finding, a mismatch, or a guest that failed. */
    static final int FINDING = 1;

    /** Wrong use, or input that cannot be read. */
    static final int UNUSABLE = 2;

    /** Our own failure. */
    static final int BUG = 3;

    private ExitStatus() {}
}
