package dev.igvmtool.devicetree.live;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.FdtWriter;
import dev.igvmtool.devicetree.Node;
import dev.igvmtool.devicetree.Property;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A whole tree that can change. Finds nodes by what refers to them: a label, a path, or a path from a label. */
public final class LiveTree {
    /** Name of the node that holds what a fragment brings. */
    public static final String OVERLAY = "__overlay__";

    private final LiveNode root;
    private final List<Reservation> reservations;
    private final boolean plugin;
    private final Map<String, Set<LiveNode>> labelled = new HashMap<>();
    private long bootCpuidPhys;
    private int fragments;

    /** An entry of the memory reservation block and its labels. */
    public record Reservation(Fdt.Reservation range, Labels labels) {}

    /**
     * @param root the root node, which may have content
     * @param reservations in order
     * @param plugin true if it is an overlay: what it refers to may be in another tree
     */
    public LiveTree(LiveNode root, List<Reservation> reservations, boolean plugin) {
        this.root = root;
        this.reservations = new ArrayList<>(reservations);
        this.plugin = plugin;
        register(root);
    }

    /**
     * The tree of a blob.
     *
     * @throws FormatException if nodes are nested deeper than {@value Budget#MAX_NODE_DEPTH} levels, or are too many
     */
    public static LiveTree of(Fdt fdt) {
        List<Reservation> reservations = fdt.reservations().stream()
                .map(range -> new Reservation(range, new Labels()))
                .toList();
        LiveTree tree = new LiveTree(node(fdt.root(), 1, new Budget()), reservations, false);
        tree.bootCpuidPhys = fdt.bootCpuidPhys();
        return tree;
    }

    private static LiveNode node(Node from, int depth, Budget budget) {
        checkDepth(depth);
        budget.node();
        LiveNode node = new LiveNode(from.name());
        for (Property property : from.properties()) {
            budget.part();
            node.add(new LiveProperty(property.name(), LiveValue.of(property.value())));
        }
        from.children().forEach(child -> node.add(node(child, depth + 1, budget)));
        return node;
    }

    private static void checkDepth(int depth) {
        if (depth > Budget.MAX_NODE_DEPTH) {
            throw new FormatException("device tree has nodes deeper than " + Budget.MAX_NODE_DEPTH + " levels");
        }
    }

    public LiveNode root() {
        return root;
    }

    public List<Reservation> reservations() {
        return List.copyOf(reservations);
    }

    public boolean isPlugin() {
        return plugin;
    }

    public long bootCpuidPhys() {
        return bootCpuidPhys;
    }

    /** @param id hardware id of the boot processor, 32 bits */
    public void setBootCpuidPhys(long id) {
        bootCpuidPhys = id;
    }

    /** Takes the first processor's {@code reg} for the boot processor's id, if that is one cell; else 0. */
    public void guessBootCpuid() {
        Optional<LiveNode> first = find("/cpus").flatMap(LiveNode::firstDefinedChild);
        bootCpuidPhys = first.flatMap(cpu -> cpu.property("reg"))
                .map(reg -> reg.value().toBytes())
                .filter(value -> value.size() == Integer.BYTES)
                .map(value -> Integer.toUnsignedLong(
                        value.asBuffer().order(ByteOrder.BIG_ENDIAN).getInt()))
                .orElse(0L);
    }

    /**
     * Adds another definition of a node of this tree.
     *
     * @throws FormatException if nodes get nested too deeply
     */
    public void merge(LiveNode target, LiveNode definition) {
        checkDepth(target.depth() + definition.height() - 1);
        target.merge(definition, this::register);
    }

    /**
     * Adds a node of an overlay, called {@link #OVERLAY}, as a fragment.
     *
     * @param reference the label or path of the node that it changes, which is in another tree
     */
    public void addFragment(String reference, LiveNode definition) {
        LiveNode fragment = new LiveNode("fragment@" + fragments++);
        boolean path = reference.startsWith("/");
        LiveValue target = new LiveValue();
        if (path) {
            target.text(Bytes.utf8(reference));
        } else {
            target.mark(LiveValue.MarkerKind.PHANDLE, reference);
            target.integer(-1, Integer.SIZE);
        }
        fragment.add(new LiveProperty(path ? "target-path" : "target", target));
        fragment.add(definition);
        checkDepth(1 + fragment.height());
        root.add(fragment);
        register(fragment);
    }

    /** Adds a label to a node of this tree. */
    public void addLabel(LiveNode node, String label) {
        node.labels().add(label);
        register(label, node);
    }

    private void register(LiveNode from) {
        for (LiveNode node : from.live()) {
            node.labels().names().forEach(label -> register(label, node));
        }
    }

    private void register(String label, LiveNode node) {
        labelled.computeIfAbsent(label, unused -> new LinkedHashSet<>(2)).add(node);
    }

    /** The node that a label, a path, or a path from a label stands for. */
    public Optional<LiveNode> find(String reference) {
        if (reference.startsWith("/")) {
            return below(root, reference);
        }
        int slash = reference.indexOf('/');
        Optional<LiveNode> start = labelled(slash < 0 ? reference : reference.substring(0, slash));
        return slash < 0 ? start : start.flatMap(node -> below(node, reference.substring(slash + 1)));
    }

    /** Of several, which is an error that the user may ask to overlook, the one that had the label first. */
    private Optional<LiveNode> labelled(String label) {
        Iterator<LiveNode> nodes = labelled.getOrDefault(label, Set.of()).iterator();
        while (nodes.hasNext()) {
            LiveNode node = nodes.next();
            if (node.labels().contains(label)) {
                return Optional.of(node);
            }
            nodes.remove(); // it was deleted
        }
        return Optional.empty();
    }

    private static Optional<LiveNode> below(LiveNode start, String path) {
        LiveNode node = start;
        for (String name : path.split("/+", -1)) {
            if (!name.isEmpty()) {
                Optional<LiveNode> child = node.child(name);
                if (child.isEmpty()) {
                    return child;
                }
                node = child.orElseThrow();
            }
        }
        return node.isDeleted() ? Optional.empty() : Optional.of(node);
    }

    /** All live nodes, each before its children. */
    public Iterable<LiveNode> nodes() {
        return root.live();
    }

    /** The live nodes now: the tree may change while they are gone through. */
    public List<LiveNode> nodesNow() {
        List<LiveNode> all = new ArrayList<>();
        nodes().forEach(all::add);
        return all;
    }

    /** Sorts reservations, nodes and properties, so that trees of equal meaning become equal. */
    public void sort() {
        Comparator<Reservation> byAddress = (a, b) -> Long.compareUnsigned(a.range.address(), b.range.address());
        reservations.sort(
                byAddress.thenComparing((a, b) -> Long.compareUnsigned(a.range.sizeBytes(), b.range.sizeBytes())));
        root.sort();
    }

    /** The tree as a value; its total size is that of the blob without space for changes. */
    public Fdt toFdt() {
        List<Fdt.Reservation> ranges =
                reservations.stream().map(Reservation::range).toList();
        Fdt unsized = new Fdt(0, bootCpuidPhys, ranges, value(root));
        return new Fdt(FdtWriter.write(unsized).size(), bootCpuidPhys, ranges, unsized.root());
    }

    private static Node value(LiveNode node) {
        List<Property> properties = node.properties().stream()
                .map(property -> new Property(property.name(), property.value().toBytes()))
                .toList();
        return new Node(
                node.name(),
                properties,
                node.children().stream().map(LiveTree::value).toList());
    }
}
