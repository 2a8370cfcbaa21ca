package dev.igvmtool.devicetree.overlay;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.Property;
import java.util.List;
import java.util.Optional;

/** The phandles of a tree, and moving those of an overlay behind them. */
final class Phandles {
    private static final List<String> NAMES = List.of("phandle", "linux,phandle");
    private static final long MOST = 0xffff_fffeL;

    private Phandles() {}

    /** The phandle of a node; 0 if it has none. */
    static long of(OverlayNode node) {
        for (String name : NAMES) {
            Optional<Property> property = node.property(name);
            if (property.isPresent() && property.orElseThrow().value().size() == Integer.BYTES) {
                return property.orElseThrow().u32();
            }
        }
        return 0;
    }

    /** The highest phandle at or below a node; 0 if there is none. */
    static long highest(OverlayNode node) {
        long own = of(node);
        long highest = own <= MOST ? own : 0;
        for (OverlayNode child : node.children) {
            highest = Math.max(highest, highest(child));
        }
        return highest;
    }

    /** The path of the node with this phandle, from and with {@code prefix}, that of {@code node}. */
    static Optional<String> path(OverlayNode node, String prefix, long phandle) {
        if (of(node) == phandle) {
            return Optional.of(prefix.isEmpty() ? "/" : prefix);
        }
        for (OverlayNode child : node.children) {
            Optional<String> found = path(child, prefix + "/" + child.name, phandle);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** Adds {@code delta} to every phandle at and below a node. */
    static void move(OverlayNode node, long delta) {
        for (String name : NAMES) {
            Optional<Property> property = node.property(name);
            if (property.isPresent()) {
                node.setCell(name, 0, moved(property.orElseThrow().u32(), delta));
            }
        }
        node.children.forEach(child -> move(child, delta));
    }

    /** Adds {@code delta} to every cell that the table of local fix-ups names. */
    static void moveReferences(OverlayNode table, OverlayNode node, long delta) {
        for (Property offsets : table.properties) {
            for (int i = 0; i < offsets.u32Count(); i++) {
                int offset = (int) offsets.u32(i);
                Property property = node.property(offsets.name())
                        .orElseThrow(() -> new FormatException(
                                "local fix-up of property " + offsets.name() + ", which is not there"));
                if (offset < 0 || offset > property.value().size() - Integer.BYTES) {
                    throw new FormatException(String.format(
                            "local fix-up at offset 0x%x of property %s, which has 0x%x bytes",
                            offset, offsets.name(), property.value().size()));
                }
                node.setCell(offsets.name(), offset, moved(cell(property, offset), delta));
            }
        }
        for (OverlayNode child : table.children) {
            OverlayNode target = node.child(child.name)
                    .orElseThrow(
                            () -> new FormatException("local fix-ups of node " + child.name + ", which is not there"));
            moveReferences(child, target, delta);
        }
    }

    private static long cell(Property property, int offset) {
        return new Property(property.name(), property.value().slice(offset, Integer.BYTES)).u32();
    }

    private static long moved(long phandle, long delta) {
        if (phandle + delta > MOST) {
            throw new FormatException(String.format("phandle 0x%x cannot be moved by 0x%x", phandle, delta));
        }
        return phandle + delta;
    }
}
