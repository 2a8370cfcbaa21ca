package dev.igvmtool.devicetree.lint;

import dev.igvmtool.devicetree.live.LiveNode;
import dev.igvmtool.devicetree.live.LiveProperty;
import dev.igvmtool.devicetree.live.Messages;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Addresses, sizes and unit addresses: Devicetree Specification 0.4, sections 2.2.1 and 2.3. */
final class AddressChecks {
    private AddressChecks() {}

    static void cells(Inspection in, LiveNode node) {
        NodeFacts facts = in.facts(node);
        facts.addressCells = Values.cell(node, "#address-cells").orElse(-1);
        facts.sizeCells = Values.cell(node, "#size-cells").orElse(-1);
    }

    static void reg(Inspection in, LiveNode node) {
        Optional<LiveProperty> found = node.property("reg");
        if (found.isEmpty()) {
            return;
        }
        LiveProperty property = found.orElseThrow();
        Optional<NodeFacts> parent = in.parentFacts(node);
        if (parent.isEmpty()) {
            in.report(node, "root node has a property reg");
            return;
        }
        int size = property.value().size();
        if (size == 0) {
            in.report(node, property, "value is empty");
        }
        int address = parent.orElseThrow().addressCellsOrDefault();
        int length = parent.orElseThrow().sizeCellsOrDefault();
        if (!isMultiple(size, address + length)) {
            in.report(
                    node,
                    property,
                    String.format("value has %d bytes, expected entries of %d + %d cells", size, address, length));
        }
    }

    private static Check ranges(String name, String property) {
        return Check.warning(
                name,
                "values of " + property + " that are not made of addresses and sizes",
                (in, node) -> node.property(property).ifPresent(found -> ranges(in, node, found)),
                "addr_size_cells");
    }

    private static void ranges(Inspection in, LiveNode node, LiveProperty property) {
        Optional<NodeFacts> above = in.parentFacts(node);
        if (above.isEmpty()) {
            in.report(node, property, "root node has a property " + property.name());
            return;
        }
        NodeFacts parent = above.orElseThrow();
        NodeFacts own = in.facts(node);
        int size = property.value().size();
        if (size == 0) {
            different(
                    in, node, property, "#address-cells", own.addressCellsOrDefault(), parent.addressCellsOrDefault());
            different(in, node, property, "#size-cells", own.sizeCellsOrDefault(), parent.sizeCellsOrDefault());
        } else if (!isMultiple(
                size, parent.addressCellsOrDefault() + own.addressCellsOrDefault() + own.sizeCellsOrDefault())) {
            in.report(
                    node,
                    property,
                    String.format(
                            "value has %d bytes, expected entries of %d + %d + %d cells",
                            size,
                            own.addressCellsOrDefault(),
                            parent.addressCellsOrDefault(),
                            own.sizeCellsOrDefault()));
        }
    }

    private static void different(
            Inspection in, LiveNode node, LiveProperty property, String cells, int own, int parent) {
        if (own != parent) {
            in.report(
                    node,
                    property,
                    String.format(
                            "value is empty and %s is %d, expected that of the node above, %d", cells, own, parent));
        }
    }

    private static boolean isMultiple(int bytes, int cells) {
        int entry = cells * Integer.BYTES;
        return entry == 0 ? bytes == 0 : bytes % entry == 0;
    }

    static void unitAddressAgainstReg(Inspection in, LiveNode node) {
        if (node.child("__overlay__").isPresent()) {
            return; // fragments of overlays are numbered
        }
        boolean addressed = node.property("reg").isPresent()
                || node.property("ranges")
                        .filter(ranges -> ranges.value().size() > 0)
                        .isPresent();
        if (addressed && node.unitAddress().isEmpty()) {
            in.report(node, "node with reg or ranges has no unit address");
        } else if (!addressed && !node.unitAddress().isEmpty()) {
            in.report(node, "node with a unit address has neither reg nor ranges");
        }
    }

    static void unitAddressFormat(Inspection in, LiveNode node) {
        String unit = node.unitAddress();
        boolean ownForm = in.parentFacts(node)
                .filter(parent -> parent.bus != NodeFacts.Bus.NONE)
                .isPresent();
        if (ownForm || unit.isEmpty()) {
            return;
        }
        if (unit.startsWith("0x")) {
            in.report(node, "unit address begins with 0x");
            unit = unit.substring("0x".length());
        }
        if (unit.length() > 1 && unit.charAt(0) == '0' && Character.digit(unit.charAt(1), 16) >= 0) {
            in.report(node, "unit address begins with a 0 too many");
        }
    }

    static void defaultCells(Inspection in, LiveNode node) {
        Optional<NodeFacts> parent = in.parentFacts(node);
        boolean addressed =
                node.property("reg").isPresent() || node.property("ranges").isPresent();
        if (parent.isEmpty() || !addressed) {
            return;
        }
        if (parent.orElseThrow().addressCells == -1) {
            in.report(node, "address relies on the default of #address-cells of the node above");
        }
        if (parent.orElseThrow().sizeCells == -1) {
            in.report(node, "size relies on the default of #size-cells of the node above");
        }
    }

    static void unnecessaryCells(Inspection in, LiveNode node) {
        NodeFacts facts = in.facts(node);
        boolean used = node.property("ranges").isPresent()
                || node.children().stream()
                        .anyMatch(child -> child.property("reg").isPresent());
        if (node.parent().isPresent()
                && facts.addressCells >= 0
                && facts.sizeCells >= 0
                && node.hasDefinedChildren()
                && !used) {
            in.report(node, "#address-cells and #size-cells are given, but neither ranges nor a reg below use them");
        }
    }

    /** @param enabledOnly true to leave out nodes whose status is disabled */
    private static void unique(Inspection in, LiveNode node, boolean enabledOnly) {
        NodeFacts facts = in.facts(node);
        if (facts.addressCells < 0 || facts.sizeCells < 0) {
            return;
        }
        Map<String, List<LiveNode>> seen = new HashMap<>();
        for (LiveNode child : node.children()) {
            String unit = child.unitAddress();
            if (!unit.isEmpty() && !(enabledOnly && isDisabled(child))) {
                List<LiveNode> earlier = seen.computeIfAbsent(unit, unused -> new ArrayList<>(1));
                for (int i = 0; i < earlier.size() && !in.isFull(); i++) {
                    in.report(earlier.get(i), "unit address is also that of " + Messages.shown(child.path()));
                }
                earlier.add(child);
            }
        }
    }

    private static boolean isDisabled(LiveNode node) {
        return node.property("status")
                .filter(status -> Values.of(status).text().equals("disabled"))
                .isPresent();
    }

    static List<Check> addresses() {
        return List.of(
                Check.warning(
                        "addr_size_cells",
                        "nothing; reads #address-cells and #size-cells",
                        AddressChecks::cells,
                        "address_cells_is_cell",
                        "size_cells_is_cell"),
                Check.warning(
                        "reg_format",
                        "values of reg that are not made of addresses and sizes",
                        AddressChecks::reg,
                        "addr_size_cells"),
                ranges("ranges_format", "ranges"),
                ranges("dma_ranges_format", "dma-ranges"),
                Check.warning(
                        "unit_address_vs_reg",
                        "unit addresses without reg or ranges, and the other way round",
                        AddressChecks::unitAddressAgainstReg),
                Check.warning(
                        "unit_address_format",
                        "unit addresses with 0x or a leading 0",
                        AddressChecks::unitAddressFormat,
                        "node_name_format",
                        "pci_bridge",
                        "simple_bus_bridge"));
    }

    static List<Check> style() {
        return List.of(
                Check.warning(
                        "avoid_default_addr_size",
                        "addresses that rely on default numbers of cells",
                        AddressChecks::defaultCells,
                        "addr_size_cells"),
                Check.warning(
                        "avoid_unnecessary_addr_size",
                        "numbers of cells that nothing uses",
                        AddressChecks::unnecessaryCells,
                        "avoid_default_addr_size"),
                Check.warning(
                        "unique_unit_address",
                        "unit addresses of several nodes in one node",
                        (in, node) -> unique(in, node, false),
                        "avoid_default_addr_size"),
                Check.off(
                        "unique_unit_address_if_enabled",
                        "the same among nodes that are not disabled",
                        (in, node) -> unique(in, node, true),
                        "avoid_default_addr_size"));
    }
}
