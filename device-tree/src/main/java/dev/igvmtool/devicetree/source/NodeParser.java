package dev.igvmtool.devicetree.source;

import dev.igvmtool.devicetree.live.Budget;
import dev.igvmtool.devicetree.live.LiveNode;
import dev.igvmtool.devicetree.live.LiveProperty;
import dev.igvmtool.devicetree.live.LiveValue;
import dev.igvmtool.devicetree.live.Messages;
import dev.igvmtool.devicetree.live.Place;
import dev.igvmtool.devicetree.source.Token.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Reads definitions of nodes, with all that is in them. */
final class NodeParser {
    /** Errors after which the rest of the source is not looked at: it is hardly source text. */
    private static final int MAX_ERRORS = 20;

    private final TokenStream tokens;
    private final ValueParser values;
    private final Budget budget;
    private final Messages messages;
    private int depth;
    private int errors;

    NodeParser(TokenStream tokens, ValueParser values, Budget budget, Messages messages) {
        this.tokens = tokens;
        this.values = values;
        this.budget = budget;
        this.messages = messages;
    }

    /** Keeps an error and passes over what belongs to it, unless there is no going on. */
    void goOnAfter(SourceError error) {
        if (error.fatal || ++errors == MAX_ERRORS) {
            throw error;
        }
        messages.error(error.place, error.getMessage());
        tokens.recover();
    }

    /** Labels in the order in which dtc adds them: the last one first. */
    List<String> labels() {
        List<String> labels = new ArrayList<>(0);
        while (tokens.at(Kind.LABEL)) {
            budget.part();
            labels.add(tokens.next().text());
        }
        Collections.reverse(labels);
        return labels;
    }

    /** The definition of a node from its opening brace to the semicolon. */
    LiveNode body(String name) {
        Place start = tokens.peek().place();
        if (++depth > Budget.MAX_NODE_DEPTH) {
            throw new SourceError(start, "nodes deeper than " + Budget.MAX_NODE_DEPTH + " levels", true);
        }
        budget.node();
        LiveNode node = new LiveNode(name);
        tokens.expect("{");
        while (!tokens.at("}")) {
            int inside = depth;
            try {
                item(node);
            } catch (SourceError e) {
                depth = inside;
                goOnAfter(e);
            }
        }
        tokens.next();
        tokens.expect(";");
        node.definedAt(start.to(tokens.last()));
        depth--;
        return node;
    }

    private void item(LiveNode parent) {
        Place start = tokens.peek().place();
        boolean omit = false;
        List<String> labels = labels();
        while (tokens.at(Kind.OMIT)) {
            tokens.next();
            omit = true;
            labels.addAll(0, labels());
        }
        if (tokens.at(Kind.DELETE_NODE)) {
            tokens.next();
            budget.node();
            LiveNode gone = LiveNode.deletion(tokens.expect(Kind.NAME).text());
            tokens.expect(";");
            parent.add(gone);
        } else if (tokens.at(Kind.DELETE_PROPERTY) && !omit) {
            tokens.next();
            String name = tokens.expect(Kind.NAME).text();
            tokens.expect(";");
            add(parent, LiveProperty.deletion(name, start.to(tokens.last())), List.of());
        } else if (!tokens.at(Kind.NAME)) {
            throw tokens.unexpected("a property, a node or '}'");
        } else {
            named(parent, labels, omit);
        }
    }

    private void named(LiveNode parent, List<String> labels, boolean omit) {
        Token name = tokens.next();
        if (tokens.at("{")) {
            LiveNode child = body(name.text());
            labels.forEach(child.labels()::add);
            if (omit) {
                child.omitUnlessReferenced();
            }
            parent.add(child);
            return;
        }
        if (omit) {
            throw tokens.unexpected("'{'");
        }
        LiveValue value = new LiveValue();
        if (tokens.at("=")) {
            tokens.next();
            value = values.value();
        } else if (!tokens.at(";")) {
            throw tokens.unexpected("'=', ';' or '{'");
        }
        tokens.expect(";");
        add(parent, new LiveProperty(name.text(), value, name.place().to(tokens.last())), labels);
    }

    private void add(LiveNode parent, LiveProperty property, List<String> labels) {
        budget.part();
        if (parent.hasDefinedChildren()) {
            messages.error(
                    property.place().orElseThrow(),
                    "property '" + Messages.shown(property.name())
                            + "' after a node, expected properties before nodes");
        }
        labels.forEach(property.labels()::add);
        parent.add(property);
    }
}
