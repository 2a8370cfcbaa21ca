package dev.igvmtool.devicetree.check;

import dev.igvmtool.devicetree.Property;
import dev.igvmtool.devicetree.live.LiveNode;
import dev.igvmtool.devicetree.live.LiveProperty;
import dev.igvmtool.devicetree.live.LiveTree;
import dev.igvmtool.devicetree.live.Messages;
import java.util.List;

/** What the specification asks of a tree besides what dtc checks: Devicetree Specification 0.4, chapters 2 and 3. */
final class SpecRules {
    private static final int MOST_NAME = 31;

    private final LiveTree tree;
    private final Findings findings;

    SpecRules(LiveTree tree, Findings findings) {
        this.tree = tree;
        this.findings = findings;
    }

    void check() {
        if (!tree.root().name().isEmpty()) {
            findings.error(
                    "root-name", "/", "root node is called \"" + tree.root().name() + "\", expected no name");
        }
        for (LiveNode node : tree.nodes()) {
            nameLengths(node);
        }
        bootProcessor();
    }

    /** What every machine's tree has; trees of a host that is not a machine of its own have less. */
    void checkRequired() {
        for (String property : List.of("#address-cells", "#size-cells", "model", "compatible")) {
            if (tree.root().property(property).isEmpty()) {
                findings.warning("required-property", "/", "root node has no property " + property);
            }
        }
        boolean memory =
                tree.root().children().stream().anyMatch(node -> node.baseName().equals("memory"));
        if (!memory || tree.find("/cpus").isEmpty()) {
            findings.warning("required-node", "/", "no node " + (memory ? "cpus" : "memory"));
        }
    }

    private void nameLengths(LiveNode node) {
        if (node.baseName().isEmpty() && node.parent().isPresent()) {
            findings.error("node-name", Messages.shown(node.path()), "node has no name before its unit address");
        }
        if (node.baseName().length() > MOST_NAME) {
            findings.warning(
                    "name-length",
                    Messages.shown(node.path()),
                    "node name has " + node.baseName().length() + " characters, expected at most " + MOST_NAME);
        }
        for (LiveProperty property : node.properties()) {
            int length = property.name().length();
            if (length == 0 || length > MOST_NAME) {
                findings.warning(
                        "name-length",
                        Messages.shown(node.path()),
                        "name of property " + Messages.shown(property.name()) + " has " + length
                                + " characters, expected 1 to " + MOST_NAME);
            }
        }
    }

    /** Specification 5.2: the header names a processor of the tree. */
    private void bootProcessor() {
        List<LiveNode> processors = tree.find("/cpus").map(LiveNode::children).orElse(List.of()).stream()
                .filter(node -> node.baseName().equals("cpu"))
                .toList();
        boolean found = processors.stream().anyMatch(this::isBootProcessor);
        if (!processors.isEmpty() && !found) {
            findings.warning(
                    "boot-cpuid",
                    "/cpus",
                    String.format("boot processor is 0x%x, which is the reg of none", tree.bootCpuidPhys()));
        }
    }

    /** A number of two cells is that of its low one: the header has no more. */
    private boolean isBootProcessor(LiveNode cpu) {
        return cpu.property("reg")
                .map(reg -> reg.value().toBytes())
                .filter(reg -> reg.size() >= Integer.BYTES)
                .map(reg -> new Property("reg", reg.from(reg.size() - Integer.BYTES)).u32())
                .filter(id -> id == tree.bootCpuidPhys())
                .isPresent();
    }
}
