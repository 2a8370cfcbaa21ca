package dev.igvmtool.devicetree.lint;

import dev.igvmtool.devicetree.lint.Check.Level;
import dev.igvmtool.devicetree.live.LiveNode;
import dev.igvmtool.devicetree.live.LiveProperty;
import java.util.List;

/** Properties whose type is known: Devicetree Specification 0.4, section 2.3. */
final class TypeChecks {
    private TypeChecks() {}

    static Check string(Level level, String name, String property) {
        return new Check(
                name, level, "values of " + property + " that are not one text", List.of(), (in, node) -> node.property(
                                property)
                        .ifPresent(found -> string(in, node, found)));
    }

    static void string(Inspection in, LiveNode node, LiveProperty property) {
        if (!Values.of(property).isOneString()) {
            in.report(node, property, "value is not one text with its NUL");
        }
    }

    private static void stringList(Inspection in, LiveNode node, LiveProperty property) {
        if (!Values.of(property).isStringList()) {
            in.report(node, property, "value is not a list of texts, each with its NUL");
        }
    }

    static Check cell(String name, String property) {
        return Check.warning(
                name, "values of " + property + " that are not one cell", (in, node) -> node.property(property)
                        .filter(found -> found.value().size() != Integer.BYTES)
                        .ifPresent(found -> in.report(
                                node, found, "value has " + found.value().size() + " bytes, expected 4")));
    }

    static List<Check> all() {
        return List.of(
                cell("address_cells_is_cell", "#address-cells"),
                cell("size_cells_is_cell", "#size-cells"),
                string(Level.WARNING, "device_type_is_string", "device_type"),
                string(Level.WARNING, "model_is_string", "model"),
                string(Level.WARNING, "status_is_string", "status"),
                string(Level.WARNING, "label_is_string", "label"),
                Check.warning(
                        "compatible_is_string_list",
                        "values of compatible that are not texts",
                        (in, node) -> node.property("compatible").ifPresent(found -> stringList(in, node, found))),
                Check.warning(
                        "names_is_string_list",
                        "values of NAME-names that are not texts",
                        (in, node) -> node.properties().stream()
                                .filter(property -> property.name().endsWith("-names"))
                                .forEach(property -> stringList(in, node, property))));
    }
}
