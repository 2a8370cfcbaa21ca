package dev.igvmtool.devicetree.check;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.check.TreeFinding.Severity;
import dev.igvmtool.devicetree.lint.Levels;
import dev.igvmtool.devicetree.lint.Lint;
import dev.igvmtool.devicetree.live.Budget;
import dev.igvmtool.devicetree.live.LiveTree;
import dev.igvmtool.devicetree.live.Message;
import dev.igvmtool.devicetree.live.Messages;
import dev.igvmtool.devicetree.live.PhandleFormat;
import dev.igvmtool.devicetree.live.Phandles;
import java.util.List;
import java.util.Optional;

/** Checks a blob against the specification, the checks of dtc, and what the reader of its kind requires. */
public final class TreeChecker {
    private TreeChecker() {}

    /**
     * All findings: about the layout of the blob, about any tree, about a tree of its kind. Where the reader of the kind
     * refuses the tree as a whole, that is one finding with what it says first.
     *
     * @param kind whose tree it is; found out by its content if absent
     * @param levels which of dtc's checks warn and which are errors; changed for what trees of a kind may have
     * @throws FormatException if it is no blob, or its nodes are nested too deeply
     */
    public static Report check(Bytes blob, Optional<TreeKind> kind, Levels levels) {
        Fdt tree = Fdt.parseAnyVersion(blob);
        Findings findings = new Findings();
        new BlobRules(blob, findings).check(tree);
        LiveTree live = LiveTree.of(tree);
        SpecRules rules = new SpecRules(live, findings);
        rules.check();
        TreeKind known = kind.orElseGet(() -> TreeKind.of(tree));
        if (known == TreeKind.OTHER) {
            rules.checkRequired();
        }
        if (known == TreeKind.KERNEL) {
            // The real shim writes one node for each range of memory, empty ones too; readers take both or the first.
            levels.error("no-duplicate_node_names").warn("duplicate_node_names");
        }
        lint(live, levels, findings);
        switch (known) {
            case HOST -> HostRules.check(tree, findings);
            case KERNEL -> new KernelRules(tree, findings).check();
            case OTHER -> {} // no reader is known
        }
        return new Report(known, findings.all());
    }

    /**
     * What was found.
     *
     * @param kind whose tree it is
     */
    public record Report(TreeKind kind, List<TreeFinding> findings) {
        public Report {
            findings = List.copyOf(findings);
        }

        /** True if a reader may refuse the tree. */
        public boolean hasErrors() {
            return findings.stream().anyMatch(finding -> finding.severity() == Severity.ERROR);
        }
    }

    private static void lint(LiveTree tree, Levels levels, Findings findings) {
        Messages messages = new Messages();
        new Lint(tree, new Phandles(PhandleFormat.EPAPR), levels, true, new Budget(), messages).run();
        for (Message message : messages.all()) {
            String rule = message.check().orElse("");
            if (message.severity() == Message.Severity.ERROR) {
                findings.error(rule, message.subject(), message.text());
            } else {
                findings.warning(rule, message.subject(), message.text());
            }
        }
    }
}
