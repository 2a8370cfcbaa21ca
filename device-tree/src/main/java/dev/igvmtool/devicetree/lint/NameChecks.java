package dev.igvmtool.devicetree.lint;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.devicetree.live.LiveNode;
import dev.igvmtool.devicetree.live.LiveProperty;
import dev.igvmtool.devicetree.live.Messages;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Names and labels: Devicetree Specification 0.4, sections 2.2.1, 2.2.4.1 and 6.2. */
final class NameChecks {
    private static final String ALPHANUMERIC = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private static final String NODE = ALPHANUMERIC + ",._+-@";
    private static final String PROPERTY = ALPHANUMERIC + ",._+*#?-";
    private static final String STRICT = ALPHANUMERIC + ",-";

    private NameChecks() {}

    static void duplicateNodes(Inspection in, LiveNode node) {
        Set<String> seen = new HashSet<>();
        for (LiveNode child : node.children()) {
            if (!seen.add(child.name())) {
                in.report(child, "node is there twice");
            }
        }
    }

    static void duplicateProperties(Inspection in, LiveNode node) {
        Map<String, LiveProperty> seen = new HashMap<>();
        for (LiveProperty property : node.properties()) {
            LiveProperty earlier = seen.put(property.name(), property);
            if (earlier != null) {
                in.report(node, earlier, "property is there twice");
            }
        }
    }

    static void nodeCharacters(Inspection in, LiveNode node) {
        first(node.name(), NODE)
                .ifPresent(c -> in.report(node, "node name has the character '" + c + "', which names may not have"));
    }

    static void nodeCharactersStrict(Inspection in, LiveNode node) {
        first(node.baseName(), STRICT)
                .ifPresent(c -> in.report(node, "node name has the character '" + c + "', which is not recommended"));
    }

    static void nodeFormat(Inspection in, LiveNode node) {
        if (node.unitAddress().contains("@")) {
            in.report(node, "node name has more than one '@'");
        }
    }

    static void nodeAgainstProperty(Inspection in, LiveNode node) {
        if (node.parent().flatMap(parent -> parent.property(node.name())).isPresent()) {
            in.report(node, "node has the name of a property beside it");
        }
    }

    static void propertyCharacters(Inspection in, LiveNode node) {
        for (LiveProperty property : node.properties()) {
            first(property.name(), PROPERTY)
                    .ifPresent(c -> in.report(
                            node, property, "property name has the character '" + c + "', which names may not have"));
        }
    }

    /** A {@code #} is fine where a name, or what follows the vendor's part of it, begins. */
    static void propertyCharactersStrict(Inspection in, LiveNode node) {
        for (LiveProperty property : node.properties()) {
            String name = property.name();
            int at = span(name, STRICT);
            if (name.equals("device_type")) {
                continue;
            }
            if (at < name.length() && name.charAt(at) == '#' && (at == 0 || name.charAt(at - 1) == ',')) {
                name = name.substring(at + 1);
            }
            first(name, STRICT)
                    .ifPresent(c -> in.report(
                            node, property, "property name has the character '" + c + "', which is not recommended"));
        }
    }

    /** The name is a property of old trees; where it is right it says nothing and is left out. */
    static void nameProperty(Inspection in, LiveNode node) {
        Optional<LiveProperty> found = node.property("name");
        if (found.isPresent()) {
            LiveProperty property = found.orElseThrow();
            if (property.value().toBytes().equals(Bytes.utf8(node.baseName() + '\0'))) {
                node.remove(property);
            } else {
                in.report(
                        node,
                        "property name is \""
                                + Messages.shown(Values.of(property).text()) + "\", expected \""
                                + Messages.shown(node.baseName()) + "\"");
            }
        }
    }

    static List<Check> structure() {
        return List.of(
                Check.error("duplicate_node_names", "nodes of one name in one node", NameChecks::duplicateNodes),
                Check.error(
                        "duplicate_property_names",
                        "properties of one name in one node",
                        NameChecks::duplicateProperties),
                Check.error("node_name_chars", "characters of node names", NameChecks::nodeCharacters),
                Check.error(
                        "node_name_format",
                        "node names with more than one @",
                        NameChecks::nodeFormat,
                        "node_name_chars"),
                Check.error("property_name_chars", "characters of property names", NameChecks::propertyCharacters),
                TypeChecks.string(Check.Level.ERROR, "name_is_string", "name"),
                Check.error(
                        "name_properties",
                        "name properties that are not the name",
                        NameChecks::nameProperty,
                        "name_is_string"),
                Check.warning(
                        "node_name_vs_property_name",
                        "nodes called as a property beside them",
                        NameChecks::nodeAgainstProperty,
                        "node_name_chars"),
                Check.error("duplicate_label", "labels at more than one place", (in, node) -> in.labels()
                        .check(in, node)));
    }

    static List<Check> style() {
        return List.of(
                Check.off(
                        "property_name_chars_strict",
                        "characters that property names had better not have",
                        NameChecks::propertyCharactersStrict),
                Check.off(
                        "node_name_chars_strict",
                        "characters that node names had better not have",
                        NameChecks::nodeCharactersStrict));
    }

    private static int span(String name, String allowed) {
        int at = 0;
        while (at < name.length() && allowed.indexOf(name.charAt(at)) >= 0) {
            at++;
        }
        return at;
    }

    private static Optional<Character> first(String name, String allowed) {
        int at = span(name, allowed);
        return at < name.length() ? Optional.of(name.charAt(at)) : Optional.empty();
    }
}
