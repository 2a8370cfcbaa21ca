package dev.igvmtool.devicetree.lint;

import dev.igvmtool.devicetree.lint.NodeFacts.Bus;
import dev.igvmtool.devicetree.live.LiveNode;
import dev.igvmtool.devicetree.live.LiveProperty;
import dev.igvmtool.devicetree.live.Messages;
import dev.igvmtool.devicetree.live.Phandles;
import java.util.List;
import java.util.Optional;

/** Graphs of ports and endpoints, as video pipelines have them: the graph binding of Linux. */
final class GraphChecks {
    private GraphChecks() {}

    static void nodes(Inspection in, LiveNode node) {
        boolean port = node.children().stream()
                .anyMatch(child -> child.baseName().equals("endpoint")
                        || child.property("remote-endpoint").isPresent());
        if (!port) {
            return;
        }
        in.facts(node).bus = Bus.GRAPH_PORT;
        Optional<LiveNode> parent = node.parent();
        if (parent.isPresent()
                && in.facts(parent.orElseThrow()).bus == Bus.NONE
                && (parent.orElseThrow().name().equals("ports")
                        || node.property("reg").isPresent())) {
            in.facts(parent.orElseThrow()).bus = Bus.GRAPH_PORTS;
        }
    }

    static void childAddress(Inspection in, LiveNode node) {
        NodeFacts facts = in.facts(node);
        if (facts.bus != Bus.GRAPH_PORTS && facts.bus != Bus.GRAPH_PORT) {
            return;
        }
        List<LiveNode> children = node.children();
        boolean addressed = children.stream().anyMatch(child -> child.property("reg")
                .filter(reg -> Values.of(reg).cell(0) != 0)
                .isPresent());
        if (!addressed && children.size() == 1 && facts.addressCells != -1) {
            in.report(
                    node,
                    "graph node has one node only, "
                            + Messages.shown(children.get(0).name())
                            + ": #address-cells and #size-cells are not needed");
        }
    }

    private static void address(Inspection in, LiveNode node) {
        Optional<LiveProperty> reg = node.property("reg");
        if (reg.isEmpty()) {
            return;
        }
        Values value = Values.of(reg.orElseThrow());
        if (value.size() != Integer.BYTES) {
            in.report(node, "reg of a graph node has " + value.size() + " bytes, expected 4");
            return;
        }
        String expected = Integer.toHexString(value.cell(0));
        if (!node.unitAddress().equals(expected)) {
            in.report(node, "unit address of a graph node is not its reg, expected " + expected);
        }
        NodeFacts parent = in.parentFacts(node).orElseGet(NodeFacts::new);
        if (parent.addressCells != 1) {
            cells(in, node, "#address-cells", parent.addressCells, 1);
        }
        if (parent.sizeCells != 0) {
            cells(in, node, "#size-cells", parent.sizeCells, 0);
        }
    }

    private static void cells(Inspection in, LiveNode node, String property, int found, int expected) {
        String text = property + " above a graph node is " + found + ", expected " + expected;
        node.property(property).ifPresentOrElse(own -> in.report(node, own, text), () -> in.report(node, text));
    }

    static void port(Inspection in, LiveNode node) {
        if (in.facts(node).bus == Bus.GRAPH_PORT) {
            if (!node.baseName().equals("port")) {
                in.report(node, "graph port is not called port");
            }
            address(in, node);
        }
    }

    private static Optional<LiveNode> remote(Inspection in, LiveNode endpoint) {
        Optional<LiveProperty> property = endpoint.property("remote-endpoint");
        int phandle = property.map(found -> Values.of(found).cell(0)).orElse(0);
        if (!Phandles.isValid(phandle)) {
            return Optional.empty(); // of another tree, maybe
        }
        Optional<LiveNode> node = in.phandles().find(phandle);
        if (node.isEmpty()) {
            in.report(endpoint, property.orElseThrow(), String.format("0x%x is no node's phandle", phandle));
        }
        return node;
    }

    static void endpoint(Inspection in, LiveNode node) {
        if (!BusChecks.isOn(in, node, Bus.GRAPH_PORT)) {
            return;
        }
        if (!node.baseName().equals("endpoint")) {
            in.report(node, "graph endpoint is not called endpoint");
        }
        address(in, node);
        Optional<LiveNode> other = remote(in, node);
        if (other.isPresent() && !remote(in, other.orElseThrow()).equals(Optional.of(node))) {
            in.report(
                    node,
                    "endpoint " + Messages.shown(other.orElseThrow().path()) + " does not refer back to this one");
        }
    }

    static List<Check> all() {
        return List.of(
                Check.warning("graph_nodes", "nothing; finds ports", GraphChecks::nodes),
                Check.warning(
                        "graph_child_address",
                        "cells for addresses of a single node of a graph",
                        GraphChecks::childAddress,
                        "graph_nodes"),
                Check.warning("graph_port", "names and addresses of ports", GraphChecks::port, "graph_nodes"),
                Check.warning(
                        "graph_endpoint",
                        "names, addresses and other ends of endpoints",
                        GraphChecks::endpoint,
                        "graph_nodes"));
    }
}
