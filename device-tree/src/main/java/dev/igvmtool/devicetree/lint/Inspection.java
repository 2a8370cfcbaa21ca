package dev.igvmtool.devicetree.lint;

import dev.igvmtool.devicetree.live.Budget;
import dev.igvmtool.devicetree.live.LiveNode;
import dev.igvmtool.devicetree.live.LiveProperty;
import dev.igvmtool.devicetree.live.LiveTree;
import dev.igvmtool.devicetree.live.Message;
import dev.igvmtool.devicetree.live.Message.Severity;
import dev.igvmtool.devicetree.live.Messages;
import dev.igvmtool.devicetree.live.Phandles;
import dev.igvmtool.devicetree.live.Place;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;

/** The tree that checks look at, what they found out about its nodes, and where they say what is wrong. */
final class Inspection {
    private final LiveTree tree;
    private final Phandles phandles;
    private final boolean keepLabelled;
    private final Budget budget;
    private final Messages messages;

    /** Looked up only, never gone through: the order of the map means nothing. */
    private final IdentityHashMap<LiveNode, NodeFacts> facts = new IdentityHashMap<>();

    private Optional<LabelUses> labels = Optional.empty();
    private String check = "";
    private boolean shown;
    private Severity severity = Severity.WARNING;
    private boolean failed;

    Inspection(LiveTree tree, Phandles phandles, boolean keepLabelled, Budget budget, Messages messages) {
        this.tree = tree;
        this.phandles = phandles;
        this.keepLabelled = keepLabelled;
        this.budget = budget;
        this.messages = messages;
    }

    LiveTree tree() {
        return tree;
    }

    Phandles phandles() {
        return phandles;
    }

    boolean keepsLabelled() {
        return keepLabelled;
    }

    /** What values may grow by. */
    Budget budget() {
        return budget;
    }

    NodeFacts facts(LiveNode node) {
        return facts.computeIfAbsent(node, unused -> new NodeFacts());
    }

    /** Facts about the node above; absent for the root. */
    Optional<NodeFacts> parentFacts(LiveNode node) {
        return node.parent().map(this::facts);
    }

    LabelUses labels() {
        LabelUses uses = labels.orElseGet(() -> new LabelUses(tree));
        labels = Optional.of(uses);
        return uses;
    }

    /** From here on a check speaks. */
    void begin(Check next, boolean warning, boolean error) {
        check = next.name();
        shown = warning || error;
        severity = error ? Severity.ERROR : Severity.WARNING;
        failed = false;
    }

    /** True if the check has found something. */
    boolean hasFailed() {
        return failed;
    }

    /** True if nothing more is heard: long lists of findings can end. */
    boolean isFull() {
        return messages.isFull();
    }

    /** Something about the tree as a whole. */
    void report(String text) {
        report(List.of(), "", text);
    }

    /** Something about a node. */
    void report(LiveNode node, String text) {
        report(node.places(), Messages.shown(node.path()), text);
    }

    /** Something about a property of a node. */
    void report(LiveNode node, LiveProperty property, String text) {
        Optional<Place> place = property.place();
        report(
                place.isPresent() ? List.of(place.orElseThrow()) : firstOf(node.places()),
                Messages.shown(node.path()) + ":" + Messages.shown(property.name()),
                text);
    }

    private static List<Place> firstOf(List<Place> places) {
        return places.isEmpty() ? List.of() : List.of(places.get(0));
    }

    private void report(List<Place> places, String subject, String text) {
        failed = true;
        if (shown) {
            messages.add(new Message(severity, Optional.of(check), places, subject, text));
        }
    }
}
