package dev.igvmtool.devicetree.source;

import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.source.Token.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Reads source text into a tree: the grammar of dtc 1.6.1, dtc-parser.y. */
final class SourceParser {
    private final TokenStream tokens;
    private final ValueParser values;
    private boolean plugin;
    private int depth;

    SourceParser(Input main, SourceFiles files, SourceBudget budget) {
        Lexer lexer = new Lexer(main, files, budget);
        this.tokens = new TokenStream(lexer);
        this.values = new ValueParser(tokens, lexer, budget);
    }

    SourceTree parse() {
        headers();
        List<Fdt.Reservation> reservations = reservations();
        SourceTree tree = firstDefinition(reservations);
        while (!tokens.at(Kind.END)) {
            definition(tree);
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
                throw header.place().error("header with other flags than the one before it, /plugin/ with one only");
            }
            plugin = here;
            first = false;
        } while (tokens.at(Kind.V1));
    }

    private List<Fdt.Reservation> reservations() {
        List<Fdt.Reservation> reservations = new ArrayList<>();
        while (tokens.at(Kind.MEMRESERVE) || tokens.at(Kind.LABEL)) {
            labels();
            tokens.expect(Kind.MEMRESERVE);
            reservations.add(new Fdt.Reservation(values.integer(), values.integer()));
            tokens.expect(";");
        }
        return reservations;
    }

    private SourceTree firstDefinition(List<Fdt.Reservation> reservations) {
        Token first = tokens.peek();
        if (first.is("/")) {
            tokens.next();
            // The first definition is the tree itself: what it defines twice is not merged.
            return new SourceTree(body("", first.place()), reservations, plugin);
        }
        if (first.isReference()) {
            if (!plugin) {
                throw first.place().error("reference " + first.found() + " before any tree, expected '/'");
            }
            SourceTree tree = new SourceTree(new SourceNode("", first.place()), reservations, true);
            tokens.next();
            tree.addFragment(first, body(SourceTree.OVERLAY, first.place()));
            return tree;
        }
        throw tokens.unexpected("/memreserve/ or '/'");
    }

    private void definition(SourceTree tree) {
        if (tokens.at("/")) {
            Place place = tokens.next().place();
            tree.merge(tree.root, body("", place));
        } else if (tokens.at(Kind.DELETE_NODE)) {
            tokens.next();
            target(tree).delete();
            tokens.expect(";");
        } else if (tokens.at(Kind.OMIT)) {
            tokens.next();
            target(tree).omitUnlessReferenced = true;
            tokens.expect(";");
        } else {
            override(tree);
        }
    }

    private void override(SourceTree tree) {
        List<String> labels = labels();
        Token reference = tokens.peek();
        if (!reference.isReference()) {
            throw tokens.unexpected("'/', a reference, /delete-node/ or /omit-if-no-ref/");
        }
        tokens.next();
        Optional<SourceNode> target = tree.find(reference.text());
        boolean path = reference.kind() == Kind.PATH_REFERENCE;
        if (plugin && labels.isEmpty() && (path || target.isEmpty())) {
            tree.addFragment(reference, body(SourceTree.OVERLAY, reference.place()));
            return;
        }
        SourceNode node = target.orElseThrow(() -> missing(reference));
        labels.forEach(label -> tree.addLabel(node, label));
        tree.merge(node, body("", reference.place()));
    }

    private SourceNode target(SourceTree tree) {
        Token reference = tokens.peek();
        if (!reference.isReference()) {
            throw tokens.unexpected("a reference");
        }
        tokens.next();
        return tree.find(reference.text()).orElseThrow(() -> missing(reference));
    }

    private static RuntimeException missing(Token reference) {
        return reference.place().error("label or path " + reference.found() + " is not in the tree");
    }

    /** Labels in the order in which dtc adds them: the last one first. */
    private List<String> labels() {
        List<String> labels = new ArrayList<>(0);
        while (tokens.at(Kind.LABEL)) {
            labels.add(tokens.next().text());
        }
        Collections.reverse(labels);
        return labels;
    }

    /** The definition of a node from its opening brace to the semicolon. */
    private SourceNode body(String name, Place place) {
        if (++depth > SourceBudget.MAX_NODE_DEPTH) {
            throw place.error("nodes deeper than " + SourceBudget.MAX_NODE_DEPTH + " levels");
        }
        SourceNode node = new SourceNode(name, place);
        tokens.expect("{");
        while (!tokens.at("}")) {
            item(node);
        }
        tokens.next();
        tokens.expect(";");
        depth--;
        return node;
    }

    private void item(SourceNode parent) {
        boolean omit = false;
        List<String> labels = new ArrayList<>(0);
        while (tokens.at(Kind.OMIT) || tokens.at(Kind.LABEL)) {
            Token token = tokens.next();
            if (token.kind() == Kind.LABEL) {
                labels.add(token.text());
            } else {
                omit = true;
            }
        }
        Collections.reverse(labels);
        if (tokens.at(Kind.DELETE_NODE)) {
            tokens.next();
            Token name = tokens.expect(Kind.NAME);
            tokens.expect(";");
            SourceNode gone = new SourceNode(name.text(), name.place());
            gone.deleted = true;
            parent.add(gone);
        } else if (tokens.at(Kind.DELETE_PROPERTY)) {
            tokens.next();
            SourceProperty gone = property(parent, tokens.expect(Kind.NAME));
            gone.deleted = true;
            tokens.expect(";");
        } else {
            Token name = tokens.at(Kind.NAME) ? tokens.next() : wrongItem();
            if (tokens.at("{")) {
                SourceNode child = body(name.text(), name.place());
                labels.forEach(child.labels::add);
                child.omitUnlessReferenced = omit;
                parent.add(child);
            } else {
                if (omit) {
                    throw tokens.unexpected("'{'");
                }
                SourceProperty property = property(parent, name);
                labels.forEach(property.labels::add);
                propertyValue(property);
            }
        }
    }

    private Token wrongItem() {
        throw tokens.unexpected("a property, a node or '}'");
    }

    private SourceProperty property(SourceNode parent, Token name) {
        if (!parent.children.isEmpty()) {
            throw name.place().error("property " + name.found() + " after a node, expected properties before nodes");
        }
        SourceProperty property = new SourceProperty(name.text(), name.place());
        parent.add(property);
        return property;
    }

    private void propertyValue(SourceProperty property) {
        if (tokens.at("=")) {
            tokens.next();
            property.value = values.value();
        } else if (!tokens.at(";")) {
            throw tokens.unexpected("'=', ';' or '{'");
        }
        tokens.expect(";");
    }
}
