package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.FdtWriter;
import dev.igvmtool.devicetree.Node;
import dev.igvmtool.devicetree.Property;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Makes a device tree from source text: the language of dtc 1.6.1, with its numbering of phandles and its tables for
 * overlays, so that {@link FdtWriter} gives the same bytes. Source text comes from outside: memory and stack are
 * bounded.
 *
 * <pre>{@code
 * Fdt tree = new DtsCompiler(new SourceFolder(folder, List.of())).compile("board.dts", source);
 * Bytes blob = FdtWriter.write(tree);
 * }</pre>
 */
public final class DtsCompiler {
    /** Most bytes of source text, included files counted. */
    public static final int MAX_SOURCE_BYTES = SourceBudget.MAX_SOURCE_BYTES;

    private final SourceFiles files;
    private final boolean symbols;

    /** A compiler without tables of symbols. */
    public DtsCompiler(SourceFiles files) {
        this(files, false);
    }

    /**
     * @param files where included files come from
     * @param symbols true to add {@code __symbols__}, so that overlays can refer to labels (dtc: {@code -@})
     */
    public DtsCompiler(SourceFiles files, boolean symbols) {
        this.files = files;
        this.symbols = symbols;
    }

    /**
     * Compiles source text.
     *
     * @param name of the source, for messages; included files are looked for beside it
     * @param source bytes of the text
     * @throws FormatException if the text breaks the language or the tree its rules; the message ends with file, line
     *     and column
     */
    public Fdt compile(String name, Bytes source) {
        SourceBudget budget = new SourceBudget();
        budget.source(source.size());
        SourceTree tree = new SourceParser(new Input(name, source), files, budget).parse();
        long bootCpuid = bootCpuid(tree);
        new TreeChecks(tree.nodesNow()).check();
        References references = new References(tree, budget);
        references.resolve();
        references.omitUnused(symbols);
        OverlayTables tables = new OverlayTables(tree, references, budget);
        if (symbols) {
            tables.addSymbols();
        }
        if (tree.plugin) {
            tables.addFixups();
        }
        Fdt result = new Fdt(0, bootCpuid, tree.reservations, node(tree.root));
        return new Fdt(FdtWriter.write(result).size(), bootCpuid, tree.reservations, result.root());
    }

    /** The first processor's {@code reg}, if that is one cell; else 0. */
    private static long bootCpuid(SourceTree tree) {
        Optional<SourceNode> cpus = tree.find("/cpus");
        if (cpus.isEmpty() || cpus.orElseThrow().children.isEmpty()) {
            return 0;
        }
        Optional<Bytes> reg =
                cpus.orElseThrow().children.get(0).property("reg").map(property -> property.value.toBytes());
        return reg.filter(value -> value.size() == Integer.BYTES)
                .map(value -> Integer.toUnsignedLong(
                        value.asBuffer().order(ByteOrder.BIG_ENDIAN).getInt()))
                .orElse(0L);
    }

    /** A node whose children are being converted. */
    private record Level(SourceNode node, List<Node> children) {}

    /** The live nodes as values; bottom up, as a value holds its children. */
    private static Node node(SourceNode root) {
        Deque<Level> order = new ArrayDeque<>();
        Deque<Level> left = new ArrayDeque<>();
        List<Node> result = new ArrayList<>();
        left.push(new Level(root, result));
        while (!left.isEmpty()) {
            Level level = left.pop();
            order.push(level);
            List<Node> children = new ArrayList<>();
            for (SourceNode child : level.node.children) {
                if (!child.deleted) {
                    left.push(new Level(child, children));
                }
            }
            order.push(new Level(level.node, children));
        }
        while (!order.isEmpty()) {
            Level own = order.pop();
            Level inParent = order.pop();
            inParent.children.add(new Node(own.node.name, properties(own.node), own.children));
        }
        return result.get(0);
    }

    private static List<Property> properties(SourceNode node) {
        return node.properties.stream()
                .filter(property -> !property.deleted)
                .map(property -> new Property(property.name, property.value.toBytes()))
                .toList();
    }
}
