package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.live.Budget;
import dev.igvmtool.devicetree.live.Labels;
import dev.igvmtool.devicetree.live.LiveNode;
import dev.igvmtool.devicetree.live.LiveTree;
import dev.igvmtool.devicetree.live.Messages;
import dev.igvmtool.devicetree.live.Place;
import dev.igvmtool.devicetree.source.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads source text into a tree: the grammar of dtc 1.6.1, dtc-parser.y. Reads on after most errors. */
final class SourceParser {
    private final TokenStream tokens;
    private final Messages messages;
    private final ValueParser values;
    private final NodeParser nodes;
    private boolean plugin;

    SourceParser(Lexer lexer, Budget budget, Messages messages) {
        this.tokens = new TokenStream(lexer);
        this.messages = messages;
        this.values = new ValueParser(tokens, lexer, budget, messages);
        this.nodes = new NodeParser(tokens, values, budget, messages);
    }

    LiveTree parse() {
        headers();
        List<LiveTree.Reservation> reservations = reservations();
        LiveTree tree = firstDefinition(reservations);
        while (!tokens.at(Kind.END)) {
            try {
                definition(tree);
            } catch (SourceError e) {
                nodes.goOnAfter(e);
                if (tokens.at("}")) {
                    tokens.next();
                    tokens.recover();
                }
            }
        }
        return tree;
    }

    private void headers() {
        boolean first = true;
        do {
            Token header = tokens.expect(Kind.V1);
            tokens.expect(";");
            boolean here = tokens.at(Kind.PLUGIN);
            if (here) {
                tokens.next();
                tokens.expect(";");
            }
            if (!first && here != plugin) {
                messages.error(
                        header.place().to(tokens.last()),
                        "header with other flags than the one before it, /plugin/ with one only");
            }
            plugin = first ? here : plugin;
            first = false;
        } while (tokens.at(Kind.V1));
    }

    private List<LiveTree.Reservation> reservations() {
        List<LiveTree.Reservation> reservations = new ArrayList<>();
        while (tokens.at(Kind.MEMRESERVE) || tokens.at(Kind.LABEL)) {
            Labels labels = new Labels();
            nodes.labels().forEach(labels::add);
            tokens.expect(Kind.MEMRESERVE);
            Fdt.Reservation range = new Fdt.Reservation(values.integer(), values.integer());
            reservations.add(new LiveTree.Reservation(range, labels));
            tokens.expect(";");
        }
        return reservations;
    }

    private LiveTree firstDefinition(List<LiveTree.Reservation> reservations) {
        Token first = tokens.peek();
        if (first.is("/")) {
            tokens.next();
            // The first definition is the tree itself: what it defines twice is not merged.
            return new LiveTree(nodes.body(""), reservations, plugin);
        }
        if (first.isReference()) {
            if (!plugin) {
                messages.error(first.place(), "reference " + first.found() + " before any tree, expected '/'");
            }
            LiveTree tree = new LiveTree(new LiveNode(""), reservations, plugin);
            tokens.next();
            tree.addFragment(first.text(), nodes.body(LiveTree.OVERLAY));
            return tree;
        }
        throw tokens.unexpected("/memreserve/ or '/'");
    }

    private void definition(LiveTree tree) {
        if (tokens.at("/")) {
            Place place = tokens.next().place();
            merge(tree, tree.root(), nodes.body(""), place);
        } else if (tokens.at(Kind.DELETE_NODE)) {
            tokens.next();
            target(tree).ifPresent(LiveNode::delete);
            tokens.expect(";");
        } else if (tokens.at(Kind.OMIT)) {
            tokens.next();
            target(tree).ifPresent(LiveNode::omitUnlessReferenced);
            tokens.expect(";");
        } else {
            override(tree);
        }
    }

    private void override(LiveTree tree) {
        Optional<String> label =
                tokens.at(Kind.LABEL) ? Optional.of(tokens.next().text()) : Optional.empty();
        Token reference = tokens.peek();
        if (!reference.isReference()) {
            throw tokens.unexpected("'/', a reference, /delete-node/ or /omit-if-no-ref/");
        }
        tokens.next();
        Optional<LiveNode> target = tree.find(reference.text());
        boolean path = reference.kind() == Kind.PATH_REFERENCE;
        if (plugin && label.isEmpty() && (path || target.isEmpty())) {
            tree.addFragment(reference.text(), nodes.body(LiveTree.OVERLAY));
            return;
        }
        LiveNode definition = nodes.body("");
        if (target.isEmpty()) {
            missing(reference);
        } else {
            label.ifPresent(name -> tree.addLabel(target.orElseThrow(), name));
            merge(tree, target.orElseThrow(), definition, reference.place());
        }
    }

    private static void merge(LiveTree tree, LiveNode target, LiveNode definition, Place place) {
        try {
            tree.merge(target, definition);
        } catch (FormatException e) {
            throw new SourceError(place, e.getMessage(), true);
        }
    }

    private Optional<LiveNode> target(LiveTree tree) {
        Token reference = tokens.peek();
        if (!reference.isReference()) {
            throw tokens.unexpected("a reference");
        }
        tokens.next();
        Optional<LiveNode> target = tree.find(reference.text());
        if (target.isEmpty()) {
            missing(reference);
        }
        return target;
    }

    private void missing(Token reference) {
        messages.error(reference.place(), "label or path " + reference.found() + " is not in the tree");
    }
}
