package dev.igvmtool.devicetree.lint;

import dev.igvmtool.devicetree.lint.NodeFacts.Bus;
import dev.igvmtool.devicetree.live.LiveNode;
import dev.igvmtool.devicetree.live.LiveProperty;
import java.util.List;
import java.util.Optional;

/** PCI bridges and what is behind them: PCI Bus Binding to IEEE 1275, sections 2.2 and 3.1. */
final class PciChecks {
    private PciChecks() {}

    static void bridge(Inspection in, LiveNode node) {
        boolean pci = node.property("device_type")
                .filter(type -> Values.of(type).text().equals("pci"))
                .isPresent();
        if (!pci) {
            return;
        }
        NodeFacts facts = in.facts(node);
        facts.bus = Bus.PCI;
        if (!node.baseName().equals("pci") && !node.baseName().equals("pcie")) {
            in.report(node, "PCI bridge is called neither pci nor pcie");
        }
        if (node.property("ranges").isEmpty()) {
            in.report(node, "PCI bridge has no property ranges");
        }
        if (facts.addressCellsOrDefault() != 3) {
            in.report(node, "#address-cells of the PCI bridge is " + facts.addressCellsOrDefault() + ", expected 3");
        }
        if (facts.sizeCellsOrDefault() != 2) {
            in.report(node, "#size-cells of the PCI bridge is " + facts.sizeCellsOrDefault() + ", expected 2");
        }
        node.property("bus-range").ifPresent(range -> busRange(in, node, range));
    }

    private static void busRange(Inspection in, LiveNode node, LiveProperty property) {
        Values range = Values.of(property);
        if (range.size() != 2 * Integer.BYTES) {
            in.report(node, property, "value has " + range.size() + " bytes, expected 8");
            return;
        }
        if (Integer.compareUnsigned(range.cell(0), range.cell(1)) > 0) {
            in.report(node, property, "first bus is higher than the last");
        }
        if (Integer.compareUnsigned(range.cell(1), 0xff) > 0) {
            in.report(node, property, String.format("last bus is 0x%x, expected at most 0xff", range.cell(1)));
        }
    }

    static void busNumber(Inspection in, LiveNode node) {
        Optional<LiveProperty> reg = node.property("reg");
        if (!BusChecks.isOn(in, node, Bus.PCI) || reg.isEmpty()) {
            return;
        }
        int bus = Values.of(reg.orElseThrow()).cell(0) >>> 16 & 0xff;
        Optional<LiveProperty> range = node.parent().flatMap(parent -> parent.property("bus-range"));
        int first = range.map(found -> Values.of(found).cell(0)).orElse(0);
        int last = range.map(found -> Values.of(found).cell(1)).orElse(0);
        if (Integer.compareUnsigned(bus, first) < 0 || Integer.compareUnsigned(bus, last) > 0) {
            String text = String.format("PCI bus number is %d, expected %d to %d", bus, first, last);
            // As dtc: at the range that it is not in.
            range.ifPresentOrElse(found -> in.report(node, found, text), () -> in.report(node, text));
        }
    }

    static void deviceAddress(Inspection in, LiveNode node) {
        Optional<LiveProperty> found = node.property("reg");
        if (!BusChecks.isOn(in, node, Bus.PCI) || found.isEmpty()) {
            return;
        }
        LiveProperty reg = found.orElseThrow();
        Values cells = Values.of(reg);
        if (cells.cell(1) != 0 || cells.cell(2) != 0) {
            in.report(node, reg, "cells 2 and 3 of the PCI address are not 0");
        }
        int address = cells.cell(0);
        if ((address & 0xff00_0000) != 0) {
            in.report(node, reg, "PCI address is not in configuration space");
        }
        if ((address & 0xff) != 0) {
            in.report(node, reg, "PCI address in configuration space has a register number, expected 0");
        }
        int device = address >> 11 & 0x1f;
        int function = address >> 8 & 7;
        String whole = String.format("%x,%x", device, function);
        boolean deviceOnly = function == 0 && node.unitAddress().equals(Integer.toHexString(device));
        if (!deviceOnly && !node.unitAddress().equals(whole)) {
            in.report(node, "unit address is not that of the bus, expected " + whole);
        }
    }

    static List<Check> all() {
        return List.of(
                Check.warning(
                        "pci_bridge",
                        "names, cells and buses of PCI bridges",
                        PciChecks::bridge,
                        "device_type_is_string",
                        "addr_size_cells"),
                Check.warning(
                        "pci_device_reg",
                        "addresses behind PCI bridges",
                        PciChecks::deviceAddress,
                        "reg_format",
                        "pci_bridge"),
                Check.warning(
                        "pci_device_bus_num",
                        "bus numbers behind PCI bridges",
                        PciChecks::busNumber,
                        "reg_format",
                        "pci_bridge"));
    }
}
