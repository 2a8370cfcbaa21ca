package dev.igvmtool.devicetree.live;

import dev.igvmtool.devicetree.live.LiveValue.MarkerKind;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The phandles of one tree: those that the tree gives, and new ones, the lowest that is free, in the order of asking. */
public final class Phandles {
    /** The property that carries a phandle. */
    public static final String PHANDLE = "phandle";

    /** The same before ePAPR. */
    public static final String LINUX_PHANDLE = "linux,phandle";

    private final PhandleFormat format;
    private final Map<Integer, LiveNode> nodes = new HashMap<>();
    private int lowest = 1;

    /** @param format the properties that nodes get */
    public Phandles(PhandleFormat format) {
        this.format = format;
    }

    /** True for the numbers that a phandle may be: all but 0 and -1. */
    public static boolean isValid(int phandle) {
        return phandle != 0 && phandle != -1;
    }

    /** The node that has a phandle. */
    public Optional<LiveNode> find(int phandle) {
        return Optional.ofNullable(nodes.get(phandle)).filter(node -> !node.isDeleted());
    }

    /** Takes over a phandle that the tree gives. */
    public void set(LiveNode node, int phandle) {
        node.setPhandle(phandle);
        nodes.put(phandle, node);
    }

    /** The phandle of a node; it is given one, and the properties for it, if it has none. */
    public int of(LiveNode node) {
        if (node.phandle() == 0) {
            while (find(lowest).isPresent()) {
                lowest++;
            }
            set(node, lowest);
            if (format.isLegacy()) {
                property(node, LINUX_PHANDLE);
            }
            if (format.isEpapr()) {
                property(node, PHANDLE);
            }
        }
        return node.phandle();
    }

    /** A property that is there refers to its own node, and gets its value as all references do. */
    private static void property(LiveNode node, String name) {
        if (node.property(name).isEmpty()) {
            LiveValue value = new LiveValue();
            value.mark(MarkerKind.CELLS_32);
            value.integer(node.phandle(), Integer.SIZE);
            node.add(new LiveProperty(name, value));
        }
    }
}
