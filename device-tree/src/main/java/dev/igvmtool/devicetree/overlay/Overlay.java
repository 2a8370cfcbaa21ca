package dev.igvmtool.devicetree.overlay;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.FdtWriter;
import dev.igvmtool.devicetree.Property;
import dev.igvmtool.devicetree.StringsBlock;
import java.util.Optional;

/**
 * Applies an overlay to a tree. The phandles of the overlay move behind those of the tree, its references to labels are
 * looked up in {@code __symbols__} of the tree, its fragments are merged into their targets, and its own symbols join
 * those of the tree. As libfdt, {@code fdt_overlay_apply}; what is new comes first in its node, as there.
 */
public final class Overlay {
    private static final String OVERLAY = "__overlay__";
    private static final String SYMBOLS = "__symbols__";

    private final OverlayNode base;
    private final OverlayNode overlay;
    private final StringsBlock strings;

    private Overlay(Fdt base, Fdt overlay, StringsBlock strings) {
        this.base = OverlayNode.of(base.root());
        this.overlay = OverlayNode.of(overlay.root());
        this.strings = strings;
    }

    /**
     * The blob of a tree with the overlay applied. The names of properties stay where the blob has them, and new ones
     * follow in the order of the overlay: the same bytes as of fdtoverlay 1.6.1. Differs: padding is zero, as the
     * specification asks; fdtoverlay leaves there what was before.
     *
     * @throws FormatException if the overlay refers to a label that the tree has no symbol for, to a target that is not
     *     there, or to a place of its own that is not there
     */
    public static Bytes apply(Bytes base, Fdt overlay) {
        try {
            Fdt tree = Fdt.parseAnyVersion(base);
            Overlay applied = new Overlay(tree, overlay, Fdt.strings(base));
            applied.apply();
            Fdt result = new Fdt(0, tree.bootCpuidPhys(), tree.reservations(), applied.base.toNode());
            return FdtWriter.write(result, applied.strings);
        } catch (FormatException e) {
            throw e.in("overlay");
        }
    }

    private void apply() {
        long delta = Phandles.highest(base);
        Phandles.move(overlay, delta);
        overlay.child("__local_fixups__").ifPresent(table -> Phandles.moveReferences(table, overlay, delta));
        overlay.child("__fixups__").ifPresent(this::fixUp);
        for (OverlayNode fragment : overlay.children) {
            Optional<OverlayNode> content = fragment.child(OVERLAY);
            if (content.isPresent()) {
                String path = targetPath(fragment);
                OverlayNode target = base.find(path)
                        .orElseThrow(() ->
                                new FormatException("target " + path + " of " + fragment.name + " is not in the tree"));
                merge(content.orElseThrow(), target);
            }
        }
        overlay.child(SYMBOLS).ifPresent(this::addSymbols);
    }

    /** Puts the phandles of the tree where the overlay refers to its labels. */
    private void fixUp(OverlayNode table) {
        for (Property fixups : table.properties) {
            String label = fixups.name();
            String path = base.child(SYMBOLS)
                    .flatMap(symbols -> symbols.property(label))
                    .orElseThrow(() -> new FormatException("label " + label + " has no symbol in the tree"))
                    .string();
            long phandle = base.find(path).map(Phandles::of).orElse(0L);
            if (phandle == 0) {
                throw new FormatException("symbol " + label + " stands for " + path + ", which has no phandle");
            }
            fixups.strings().forEach(place -> fixUp(place, phandle));
        }
    }

    private void fixUp(String place, long phandle) {
        String[] parts = place.split(":", -1);
        if (parts.length != 3 || !parts[2].matches("[0-9]{1,9}")) {
            throw new FormatException("fix-up \"" + place + "\", expected PATH:PROPERTY:OFFSET");
        }
        overlay.find(parts[0])
                .orElseThrow(() -> new FormatException("fix-up \"" + place + "\" of a node that is not there"))
                .setCell(parts[1], Long.parseLong(parts[2]), phandle);
    }

    private String targetPath(OverlayNode fragment) {
        Optional<Property> path = fragment.property("target-path");
        Optional<Property> target = fragment.property("target");
        if (target.isPresent()) {
            long phandle = target.orElseThrow().u32();
            return Phandles.path(base, "", phandle)
                    .orElseThrow(() -> new FormatException(String.format(
                            "target of %s is phandle 0x%x, which is not in the tree", fragment.name, phandle)));
        }
        return path.orElseThrow(() -> new FormatException(fragment.name + " has neither target nor target-path"))
                .string();
    }

    private void merge(OverlayNode from, OverlayNode into) {
        from.properties.forEach(property -> set(into, property));
        from.children.forEach(child -> merge(child, into.childOrNew(child.name)));
    }

    private void set(OverlayNode node, Property property) {
        strings.offsetOf(property.name());
        node.set(property);
    }

    private void addSymbols(OverlayNode symbols) {
        OverlayNode all = base.childOrNew(SYMBOLS);
        for (Property symbol : symbols.properties) {
            String[] parts = symbol.string().split("/", 4);
            if (parts.length >= 3 && parts[0].isEmpty() && parts[2].equals(OVERLAY)) {
                OverlayNode fragment = overlay.child(parts[1])
                        .orElseThrow(() -> new FormatException(
                                "symbol " + symbol.name() + " is in " + parts[1] + ", which is not there"));
                String target = targetPath(fragment);
                // A label of the fragment's content itself gets a path with a slash at its end, as fdtoverlay has it.
                String path = (target.equals("/") ? "" : target) + "/" + (parts.length == 4 ? parts[3] : "");
                set(all, new Property(symbol.name(), Bytes.utf8(path + '\0')));
            }
        }
    }
}
