package dev.igvmtool.devicetree.compare;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.Node;
import dev.igvmtool.devicetree.Property;
import dev.igvmtool.devicetree.compare.TreeDifference.Kind;
import dev.igvmtool.devicetree.source.Dts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One comparison; see {@link TreeDifference#between}. Of properties given twice the first counts. */
final class TreeComparison {
    private static final int MAX_DEPTH = 256;

    /** Each node's path is made: long names above many nodes would make any amount of text. */
    private static final int MAX_PATH = 4096;

    private final List<TreeDifference> found = new ArrayList<>();

    List<TreeDifference> compare(Fdt first, Fdt second) {
        header("boot_cpuid_phys", Long.toString(first.bootCpuidPhys()), Long.toString(second.bootCpuidPhys()));
        header("reservations", text(first.reservations()), text(second.reservations()));
        nodes("", first.root(), second.root(), 1);
        return List.copyOf(found);
    }

    private static String text(List<Fdt.Reservation> reservations) {
        StringBuilder text = new StringBuilder("[");
        for (Fdt.Reservation entry : reservations) {
            text.append(text.length() > 1 ? ", " : "")
                    .append(String.format("0x%x+0x%x", entry.address(), entry.sizeBytes()));
        }
        return text.append(']').toString();
    }

    private void header(String field, String before, String after) {
        if (!before.equals(after)) {
            found.add(new TreeDifference(
                    Kind.HEADER_CHANGED, "", Optional.of(field), Optional.of(before), Optional.of(after)));
        }
    }

    private void nodes(String path, Node before, Node after, int depth) {
        if (depth > MAX_DEPTH) {
            throw new FormatException("device tree has nodes deeper than " + MAX_DEPTH + " levels");
        }
        if (path.length() > MAX_PATH) {
            throw new FormatException(
                    "device tree has a path of " + path.length() + " characters, expected at most " + MAX_PATH);
        }
        properties(path.isEmpty() ? "/" : path, before, after);
        Map<String, Node> left = children(after);
        Map<String, Node> mine = children(before);
        mine.forEach((name, child) -> {
            Node other = left.remove(name);
            if (other == null) {
                node(Kind.NODE_REMOVED, path + "/" + name);
            } else {
                nodes(path + "/" + name, child, other, depth + 1);
            }
        });
        left.keySet().forEach(name -> node(Kind.NODE_ADDED, path + "/" + name));
    }

    /** By name; a name that is there again gets a number. */
    private static Map<String, Node> children(Node node) {
        Map<String, Node> children = new LinkedHashMap<>();
        Map<String, Integer> counts = new HashMap<>();
        for (Node child : node.children()) {
            int count = counts.merge(child.name(), 1, Integer::sum);
            children.putIfAbsent(count == 1 ? child.name() : child.name() + "[" + count + "]", child);
        }
        return children;
    }

    private void node(Kind kind, String path) {
        found.add(new TreeDifference(kind, path, Optional.empty(), Optional.empty(), Optional.empty()));
    }

    private void properties(String path, Node before, Node after) {
        Map<String, Bytes> left = values(after);
        values(before).forEach((name, value) -> {
            Bytes other = left.remove(name);
            if (other == null) {
                property(Kind.PROPERTY_REMOVED, path, name, Optional.of(value), Optional.empty());
            } else if (!other.equals(value)) {
                property(Kind.PROPERTY_CHANGED, path, name, Optional.of(value), Optional.of(other));
            }
        });
        left.forEach((name, value) -> property(Kind.PROPERTY_ADDED, path, name, Optional.empty(), Optional.of(value)));
    }

    private static Map<String, Bytes> values(Node node) {
        Map<String, Bytes> values = new LinkedHashMap<>();
        for (Property property : node.properties()) {
            values.putIfAbsent(property.name(), property.value());
        }
        return values;
    }

    private void property(Kind kind, String path, String name, Optional<Bytes> before, Optional<Bytes> after) {
        found.add(new TreeDifference(
                kind, path, Optional.of(name), before.map(Dts::valueText), after.map(Dts::valueText)));
    }
}
