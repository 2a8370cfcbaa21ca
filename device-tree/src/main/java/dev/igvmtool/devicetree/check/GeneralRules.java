package dev.igvmtool.devicetree.check;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.Node;
import dev.igvmtool.devicetree.Property;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What holds for every tree: Devicetree Specification 0.4, chapter 2. */
final class GeneralRules {
    private static final int MAX_DEPTH = 256;

    /** Each node's path is made: long names above many nodes would make any amount of text. */
    private static final int MAX_PATH = 4096;

    /** Nodes whose {@code reg} is not addresses on the bus of their parent. */
    private static final Set<String> OPAQUE_REG = Set.of("entropy");

    private final Findings findings;
    private final Map<Long, String> phandles = new HashMap<>();

    GeneralRules(Findings findings) {
        this.findings = findings;
    }

    void check(Node root) {
        if (!root.name().isEmpty()) {
            findings.error("root-name", "/", "root node is called \"" + root.name() + "\", expected no name");
        }
        node("", root, Optional.empty(), 1);
    }

    private void node(String path, Node node, Optional<Node> parent, int depth) {
        if (depth > MAX_DEPTH) {
            throw new FormatException("device tree has nodes deeper than " + MAX_DEPTH + " levels");
        }
        if (path.length() > MAX_PATH) {
            throw new FormatException(
                    "device tree has a path of " + path.length() + " characters, expected at most " + MAX_PATH);
        }
        String shown = path.isEmpty() ? "/" : path;
        names(shown, node);
        phandle(shown, node);
        if (parent.isPresent()) {
            findings.check("reg-cells", shown, () -> reg(shown, node, parent.orElseThrow()));
        }
        for (Node child : node.children()) {
            node(path + "/" + child.name(), child, Optional.of(node), depth + 1);
        }
    }

    private void names(String path, Node node) {
        Set<String> seen = new HashSet<>();
        for (Property property : node.properties()) {
            if (!seen.add(property.name())) {
                findings.error("property-twice", path, "property " + property.name() + " is there twice");
            }
        }
        seen.clear();
        for (Node child : node.children()) {
            if (!seen.add(child.name())) {
                // The real shim writes this, for empty ranges; readers take both or the first.
                findings.warning("node-twice", path, "node " + child.name() + " is there twice");
            }
            if (child.name().isEmpty()
                    || child.name().indexOf('@') != child.name().lastIndexOf('@')) {
                findings.error(
                        "node-name", path, "node is called \"" + child.name() + "\", expected NAME or NAME@UNIT");
            }
        }
    }

    private void phandle(String path, Node node) {
        Optional<Property> property = node.find("phandle");
        if (property.isPresent()) {
            findings.check("phandle", path, () -> {
                long phandle = property.orElseThrow().u32();
                if (phandle == 0 || phandle == 0xffff_ffffL) {
                    throw new FormatException(String.format("phandle is 0x%x, expected 1 to 0xfffffffe", phandle));
                }
                String other = phandles.putIfAbsent(phandle, path);
                if (other != null) {
                    throw new FormatException(String.format("phandle 0x%x is already that of %s", phandle, other));
                }
            });
        }
    }

    /** The addresses of a node are made of the cells that its parent says. */
    private void reg(String path, Node node, Node parent) {
        Optional<Property> reg = node.find("reg");
        if (reg.isEmpty() || OPAQUE_REG.contains(node.name()) || parent.name().equals("openhcl")) {
            return; // the properties of /openhcl are of fixed width
        }
        List<Optional<Property>> cells = List.of(parent.find("#address-cells"), parent.find("#size-cells"));
        long address = cells.get(0).isPresent() ? cells.get(0).orElseThrow().u32() : 2;
        long size = cells.get(1).isPresent() ? cells.get(1).orElseThrow().u32() : 1;
        long bytes = reg.orElseThrow().value().size();
        long entry = (address + size) * Integer.BYTES;
        if (entry == 0 || bytes == 0 || bytes % entry != 0) {
            // The trees that hosts write are read by fixed widths: no reader refuses this.
            findings.warning(
                    "reg-cells",
                    path,
                    String.format("reg has %d bytes, expected entries of %d + %d cells", bytes, address, size));
        }
    }
}
