package dev.igvmtool.devicetree.compile;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.Node;
import dev.igvmtool.devicetree.Property;
import dev.igvmtool.devicetree.live.Budget;
import dev.igvmtool.devicetree.live.LiveTree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A tree as Linux shows it in {@code /proc/device-tree}: folders are nodes, files are properties. Differs: dtc takes
 * entries in the order of the file system, this reader in that of their names.
 */
public final class FolderTree {
    private final Budget budget = new Budget();

    private FolderTree() {}

    /**
     * Reads a folder.
     *
     * @throws FormatException if it holds too much, or folders nested too deeply
     * @throws IOException if something cannot be read
     */
    public static Fdt read(Path folder) throws IOException {
        Node root = new FolderTree().node(folder, "", 1);
        LiveTree tree = LiveTree.of(new Fdt(0, 0, List.of(), root));
        tree.guessBootCpuid();
        return tree.toFdt();
    }

    private Node node(Path folder, String name, int depth) throws IOException {
        if (depth > Budget.MAX_NODE_DEPTH) {
            throw new FormatException("folders deeper than " + Budget.MAX_NODE_DEPTH + " levels");
        }
        List<Property> properties = new ArrayList<>();
        List<Node> children = new ArrayList<>();
        for (Path entry : entries(folder)) {
            budget.part();
            String entryName = entry.getFileName().toString();
            if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                children.add(node(entry, entryName, depth + 1));
            } else if (Files.isRegularFile(entry)) {
                properties.add(new Property(entryName, content(entry)));
            }
        }
        return new Node(name, properties, children);
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        }
    }

    private Bytes content(Path file) throws IOException {
        try (InputStream stream = Files.newInputStream(file)) {
            Bytes content = Bytes.wrap(stream.readNBytes((int) budget.remainingValue() + 1));
            budget.value(content.size());
            return content;
        }
    }
}
