package dev.igvmtool.attestation.verdict;

import java.util.ArrayList;
import java.util.List;

/** A node of the tree of checks. */
public sealed interface Verdict permits Check, Group {
    /** What is judged, in few words; unique among its siblings. */
    String name();

    /** What came of it. */
    Outcome outcome();

    /** Every check below and including this node, in order. */
    default List<Check> checks() {
        List<Check> checks = new ArrayList<>();
        collect(checks);
        return checks;
    }

    /** Adds every check below and including this node. */
    void collect(List<Check> checks);
}
