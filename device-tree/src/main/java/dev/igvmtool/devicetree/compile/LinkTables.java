package dev.igvmtool.devicetree.compile;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.devicetree.live.Budget;
import dev.igvmtool.devicetree.live.LiveNode;
import dev.igvmtool.devicetree.live.LiveProperty;
import dev.igvmtool.devicetree.live.LiveTree;
import dev.igvmtool.devicetree.live.LiveValue;
import dev.igvmtool.devicetree.live.LiveValue.Marker;
import dev.igvmtool.devicetree.live.LiveValue.MarkerKind;
import dev.igvmtool.devicetree.live.Message;
import dev.igvmtool.devicetree.live.Message.Severity;
import dev.igvmtool.devicetree.live.Messages;
import dev.igvmtool.devicetree.live.Phandles;
import java.util.List;
import java.util.Optional;

/**
 * The nodes that let trees be put together later: {@code __symbols__} (paths by label), {@code __fixups__} (places that
 * refer to labels of another tree) and {@code __local_fixups__} (places that hold phandles of this one); and aliases,
 * which are paths by label too.
 */
final class LinkTables {
    private final LiveTree tree;
    private final Phandles phandles;
    private final Budget budget;
    private final Messages messages;

    LinkTables(LiveTree tree, Phandles phandles, Budget budget, Messages messages) {
        this.tree = tree;
        this.phandles = phandles;
        this.budget = budget;
        this.messages = messages;
    }

    /** Adds an alias for each label, in the order of the nodes. */
    void addAliases() {
        addPaths("aliases", false);
    }

    /** Adds a symbol for each label, in the order of the nodes, and gives each labelled node a phandle. */
    void addSymbols() {
        addPaths("__symbols__", true);
    }

    private void addPaths(String name, boolean giveHandles) {
        List<LiveNode> nodes = tree.nodesNow();
        if (nodes.stream().noneMatch(node -> node.labels().used())) {
            return;
        }
        LiveNode table = tree.root().childOrNew(name);
        for (LiveNode node : nodes) {
            String path = node.labels().used() ? node.path() : "";
            for (String label : node.labels().names()) {
                if (table.property(label).isPresent()) {
                    messages.add(new Message(
                            Severity.WARNING,
                            Optional.empty(),
                            node.places(),
                            Messages.shown(node.path()),
                            "label " + Messages.shown(label) + " is already in /" + name));
                } else {
                    budget.value(path.length() + 1L);
                    table.valueOrNew(label).text(Bytes.utf8(path));
                }
            }
            if (giveHandles && node.labels().used()) {
                phandles.of(node);
            }
        }
    }

    /** Adds both tables of fix-ups, each if it has something to say. */
    void addFixups() {
        List<LiveNode> nodes = tree.nodesNow();
        for (boolean local : new boolean[] {false, true}) {
            for (LiveNode node : nodes) {
                for (LiveProperty property : node.properties()) {
                    fixups(node, property, local);
                }
            }
        }
    }

    private void fixups(LiveNode node, LiveProperty property, boolean local) {
        for (Marker marker : property.value().markers()) {
            if (marker.kind() == MarkerKind.PHANDLE) {
                Optional<LiveNode> target = tree.find(marker.name());
                if (target.isPresent() && local) {
                    localFixup(node, property, marker);
                } else if (target.isEmpty() && !local) {
                    fixup(node, property, marker);
                }
            }
        }
    }

    private void fixup(LiveNode node, LiveProperty property, Marker marker) {
        // Paths are as long as the source makes them, and written as often as it refers to something.
        String place = node.path() + ":" + property.name() + ":" + marker.offset();
        budget.value(place.length() + 1L);
        tree.root().childOrNew("__fixups__").valueOrNew(marker.name()).text(Bytes.utf8(place));
    }

    /** The offset stands in the node of the table that has the path of {@code node} there. */
    private void localFixup(LiveNode node, LiveProperty property, Marker marker) {
        budget.value(node.path().length() + 1L);
        LiveNode at = tree.root().childOrNew("__local_fixups__");
        for (String name : node.path().split("/", -1)) {
            at = name.isEmpty() ? at : at.childOrNew(name);
        }
        LiveValue offsets = at.valueOrNew(property.name());
        offsets.mark(MarkerKind.CELLS_32);
        offsets.integer(marker.offset(), Integer.SIZE);
    }
}
