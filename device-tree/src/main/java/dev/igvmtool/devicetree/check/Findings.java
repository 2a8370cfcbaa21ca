package dev.igvmtool.devicetree.check;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.check.TreeFinding.Severity;
import java.util.ArrayList;
import java.util.List;

/** Collects findings. */
final class Findings {
    private final List<TreeFinding> all = new ArrayList<>();

    void error(String rule, String path, String message) {
        all.add(new TreeFinding(Severity.ERROR, rule, path, message));
    }

    void warning(String rule, String path, String message) {
        all.add(new TreeFinding(Severity.WARNING, rule, path, message));
    }

    /** Runs a check that refuses by exception. */
    void check(String rule, String path, Runnable check) {
        try {
            check.run();
        } catch (FormatException e) {
            error(rule, path, e.getMessage());
        }
    }

    boolean hasErrors() {
        return all.stream().anyMatch(finding -> finding.severity() == Severity.ERROR);
    }

    List<TreeFinding> all() {
        return List.copyOf(all);
    }
}
