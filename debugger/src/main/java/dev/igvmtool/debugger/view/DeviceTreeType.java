package dev.igvmtool.debugger.view;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.Node;
import dev.igvmtool.devicetree.Property;
import dev.igvmtool.devicetree.source.Dts;
import java.util.ArrayList;
import java.util.List;

/**
 * A flattened device tree. Nodes are named with the slash before them, properties with a colon:
 * {@code /openhcl/memory@0:reg}.
 */
final class DeviceTreeType implements StructureType {
    private static final int HEADER_BYTES = 40;
    private static final int MAX_BYTES = 2 << 20;
    private static final int MAX_DEPTH = 64;
    private static final int TOTAL_SIZE = 4;

    @Override
    public String name() {
        return "device-tree";
    }

    @Override
    public String title() {
        return "flattened device tree";
    }

    @Override
    public long sizeBytes(Memory memory, long gpa) {
        Bytes header = memory.readBytes(gpa, HEADER_BYTES);
        long magic = bigEndian(header, 0);
        long size = bigEndian(header, TOTAL_SIZE);
        if (magic != Fdt.MAGIC) {
            throw new FormatException(
                    String.format("no device tree at 0x%x: magic is 0x%08x, expected 0x%08x", gpa, magic, Fdt.MAGIC));
        }
        if (size < HEADER_BYTES || size > MAX_BYTES) {
            throw new FormatException(String.format("device tree at 0x%x has a total size of 0x%x", gpa, size));
        }
        return size;
    }

    private static long bigEndian(Bytes bytes, int offset) {
        return Integer.toUnsignedLong(Integer.reverseBytes((int) bytes.u32(offset)));
    }

    @Override
    public ViewNode view(Memory memory, long gpa) {
        long size = sizeBytes(memory, gpa);
        Bytes blob = memory.readBytes(gpa, (int) size);
        Fdt tree = Fdt.parse(blob);
        List<ViewNode> children = new ArrayList<>();
        add(children, tree.root(), blob, gpa, 0);
        String text = String.format("%d bytes, boot processor 0x%x", size, tree.bootCpuidPhys());
        return ViewNode.structure(name(), text, gpa, size, children);
    }

    private static void add(List<ViewNode> target, Node node, Bytes blob, long gpa, int depth) {
        for (Property property : node.properties()) {
            long at = property.value().isEmpty()
                    ? 0
                    : gpa + property.value().offsetIn(blob).orElseThrow();
            String value = property.value().isEmpty() ? "" : Dts.valueText(property.value());
            target.add(ViewNode.text(
                    ":" + property.name(), value, at, property.value().size()));
        }
        for (Node child : node.children()) {
            List<ViewNode> inside = new ArrayList<>();
            if (depth < MAX_DEPTH) {
                add(inside, child, blob, gpa, depth + 1);
            }
            target.add(cover("/" + child.name(), inside));
        }
    }

    /** A node reaches from its first value to its last. */
    private static ViewNode cover(String name, List<ViewNode> inside) {
        long start = Long.MAX_VALUE;
        long end = 0;
        for (ViewNode node : inside) {
            if (node.sizeBytes() > 0) {
                start = Math.min(start, node.gpa());
                end = Math.max(end, node.gpa() + node.sizeBytes());
            }
        }
        return start < end
                ? ViewNode.structure(name, "", start, end - start, inside)
                : ViewNode.structure(name, "", 0, 0, inside);
    }
}
