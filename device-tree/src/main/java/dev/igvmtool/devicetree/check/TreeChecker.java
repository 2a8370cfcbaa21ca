package dev.igvmtool.devicetree.check;

import dev.igvmtool.devicetree.Fdt;
import java.util.List;

/** Checks a tree against what holds for every tree and what the reader of its kind requires. */
public final class TreeChecker {
    private TreeChecker() {}

    /**
     * All findings, those about every tree first. Where the reader of the kind refuses the tree as a whole, that is one
     * finding with what it says first.
     */
    public static List<TreeFinding> check(Fdt tree, TreeKind kind) {
        Findings findings = new Findings();
        new GeneralRules(findings).check(tree.root());
        switch (kind) {
            case HOST -> HostRules.check(tree, findings);
            case KERNEL -> new KernelRules(tree, findings).check();
            case OTHER -> {} // no reader is known
        }
        return findings.all();
    }
}
