package dev.igvmtool.devicetree.lint;

import dev.igvmtool.devicetree.live.Budget;
import dev.igvmtool.devicetree.live.LiveNode;
import dev.igvmtool.devicetree.live.LiveTree;
import dev.igvmtool.devicetree.live.Messages;
import dev.igvmtool.devicetree.live.Phandles;
import java.util.HashMap;
import java.util.Map;

/**
 * One run of the checks over a tree. Those that resolve references change it: phandles and paths are filled in, nodes
 * that nothing refers to go. A check whose needs did not pass is not made.
 */
public final class Lint {
    private final LiveTree tree;
    private final Levels levels;
    private final Inspection inspection;
    private final Map<String, Boolean> passed = new HashMap<>();

    /**
     * @param phandles gets those that the tree gives, and gives those that references need
     * @param keepLabelled true to keep nodes that nothing refers to if they have labels: for symbols
     * @param budget what paths take from that are put in
     * @param messages gets the findings
     */
    public Lint(
            LiveTree tree, Phandles phandles, Levels levels, boolean keepLabelled, Budget budget, Messages messages) {
        this.tree = tree;
        this.levels = levels;
        this.inspection = new Inspection(tree, phandles, keepLabelled, budget, messages);
    }

    /** Makes all checks that warn or are errors; true if the tree has no errors. */
    public boolean run() {
        for (Check check : Checks.all()) {
            // As dtc: the first error ends the run.
            if ((levels.isWarning(check) || levels.isError(check)) && !run(check)) {
                return false;
            }
        }
        return true;
    }

    /** False if this check or one that it needs is an error that did not pass. */
    private boolean run(Check check) {
        boolean good = true;
        if (!passed.containsKey(check.name())) {
            boolean ready = true;
            for (String name : check.needs()) {
                Check need = Checks.find(name).orElseThrow();
                good = good && run(need);
                if (!passed.getOrDefault(name, false)) {
                    ready = false;
                    begin(check);
                    inspection.report("not made, as check " + name + " did not pass");
                }
            }
            passed.put(check.name(), ready && make(check));
        }
        return good && (passed.getOrDefault(check.name(), false) || !levels.isError(check));
    }

    private boolean make(Check check) {
        begin(check);
        visit(tree.root(), check);
        return !inspection.hasFailed();
    }

    private void begin(Check check) {
        inspection.begin(check, levels.isWarning(check), levels.isError(check));
    }

    /** Nodes are nested less deeply than the stack: that is checked where trees are made. */
    private void visit(LiveNode node, Check check) {
        check.rule().check(inspection, node);
        for (LiveNode child : node.children()) {
            if (!child.isDeleted()) {
                visit(child, check);
            }
        }
    }
}
