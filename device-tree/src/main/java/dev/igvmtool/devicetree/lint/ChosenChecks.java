package dev.igvmtool.devicetree.lint;

import dev.igvmtool.devicetree.live.LiveNode;
import dev.igvmtool.devicetree.live.LiveProperty;
import dev.igvmtool.devicetree.live.Messages;
import dev.igvmtool.devicetree.live.Phandles;
import java.util.List;
import java.util.Optional;

/** {@code /chosen} and {@code /aliases}: Devicetree Specification 0.4, sections 3.3 and 3.6. */
final class ChosenChecks {
    private static final String CHOSEN = "chosen";

    private ChosenChecks() {}

    static void interruptController(Inspection in, LiveNode node) {
        if (node.parent().isEmpty()) {
            in.tree()
                    .find("/chosen")
                    .flatMap(chosen -> chosen.property("interrupt-controller"))
                    .ifPresent(property ->
                            in.report(node, property, "/chosen has interrupt-controller, which is obsolete"));
        }
    }

    static void isBelowRoot(Inspection in, LiveNode node) {
        if (node.name().equals(CHOSEN)
                && node.parent().flatMap(LiveNode::parent).isPresent()) {
            in.report(node, "node chosen is not right below the root");
        }
    }

    static void bootargs(Inspection in, LiveNode node) {
        if (node.name().equals(CHOSEN)) {
            node.property("bootargs").ifPresent(found -> TypeChecks.string(in, node, found));
        }
    }

    static void stdoutPath(Inspection in, LiveNode node) {
        if (!node.name().equals(CHOSEN)) {
            return;
        }
        Optional<LiveProperty> path = node.property("stdout-path");
        if (path.isEmpty()) {
            path = node.property("linux,stdout-path");
            path.ifPresent(found -> in.report(node, found, "property is obsolete, expected stdout-path"));
        }
        path.ifPresent(found -> TypeChecks.string(in, node, found));
    }

    static void aliases(Inspection in, LiveNode node) {
        if (!node.name().equals("aliases")) {
            return;
        }
        for (LiveProperty property : node.properties()) {
            if (property.name().equals(Phandles.PHANDLE) || property.name().equals(Phandles.LINUX_PHANDLE)) {
                continue;
            }
            String path = Values.of(property).text();
            if (property.value().size() == 0 || in.tree().find("/" + path).isEmpty()) {
                in.report(node, property, "no node is at \"" + Messages.shown(path) + "\"");
            } else if (!property.name().matches("[a-z0-9-]*")) {
                in.report(
                        node,
                        "alias " + Messages.shown(property.name())
                                + " has other characters than lower-case letters, digits and '-'");
            }
        }
    }

    static List<Check> all() {
        return List.of(
                Check.warning(
                        "obsolete_chosen_interrupt_controller",
                        "interrupt-controller in /chosen",
                        ChosenChecks::interruptController),
                Check.warning("chosen_node_is_root", "nodes called chosen elsewhere", ChosenChecks::isBelowRoot),
                Check.warning("chosen_node_bootargs", "bootargs that are not one text", ChosenChecks::bootargs),
                Check.warning("chosen_node_stdout_path", "stdout-path that is not one text", ChosenChecks::stdoutPath));
    }

    static Check aliases() {
        return Check.warning("alias_paths", "aliases of nodes that are not there", ChosenChecks::aliases);
    }
}
