package dev.igvmtool.devicetree.lint;

import dev.igvmtool.devicetree.live.LiveNode;
import dev.igvmtool.devicetree.live.LiveProperty;
import dev.igvmtool.devicetree.live.Phandles;
import java.util.List;
import java.util.Optional;

/** Interrupts and who takes them: Devicetree Specification 0.4, section 2.4. */
final class InterruptChecks {
    private static final String CELLS = "#interrupt-cells";

    private InterruptChecks() {}

    private static boolean isProvider(LiveNode node) {
        return node.property("interrupt-controller").isPresent()
                || node.property("interrupt-map").isPresent();
    }

    static void provider(Inspection in, LiveNode node) {
        if (isProvider(node)) {
            for (String property : List.of(CELLS, "#address-cells")) {
                if (node.property(property).isEmpty()) {
                    in.report(node, "node takes interrupts and has no property " + property);
                }
            }
        }
    }

    static void interrupts(Inspection in, LiveNode node) {
        Optional<LiveProperty> found = node.property("interrupts");
        if (found.isEmpty()) {
            return;
        }
        LiveProperty interrupts = found.orElseThrow();
        int size = interrupts.value().size();
        if (size % Integer.BYTES != 0) {
            in.report(node, interrupts, "value has " + size + " bytes, expected whole cells");
        }
        Optional<LiveNode> taker = taker(in, node);
        Optional<LiveProperty> cells = taker.flatMap(provider -> provider.property(CELLS));
        if (cells.isPresent()) {
            long entry = Integer.toUnsignedLong(Values.of(cells.orElseThrow()).cell(0)) * Integer.BYTES;
            if (entry == 0 ? size != 0 : size % entry != 0) {
                in.report(
                        node,
                        cells.orElseThrow(),
                        "interrupts has " + size + " bytes, expected entries of " + entry + " bytes");
            }
        }
    }

    /** The node that takes the interrupts of {@code node}; absent, and said, if there is none. */
    private static Optional<LiveNode> taker(Inspection in, LiveNode node) {
        Optional<LiveNode> at = Optional.of(node);
        while (at.isPresent()) {
            LiveNode current = at.orElseThrow();
            if (!current.equals(node) && isProvider(current)) {
                return at;
            }
            Optional<LiveProperty> parent = current.property("interrupt-parent");
            if (parent.isPresent()) {
                int phandle = Values.of(parent.orElseThrow()).cell(0);
                if (Phandles.isValid(phandle)) {
                    return named(in, current, parent.orElseThrow(), phandle);
                }
                if (in.tree().isPlugin()) {
                    return Optional.empty(); // of another tree, maybe
                }
                in.report(current, parent.orElseThrow(), String.format("0x%x is no phandle", phandle));
                break;
            }
            at = current.parent();
        }
        in.report(node, "no interrupt-parent here or above");
        return Optional.empty();
    }

    private static Optional<LiveNode> named(Inspection in, LiveNode node, LiveProperty property, int phandle) {
        Optional<LiveNode> taker = in.phandles().find(phandle);
        if (taker.isEmpty()) {
            in.report(node, property, String.format("0x%x is no node's phandle", phandle));
        } else if (!isProvider(taker.orElseThrow())) {
            in.report(
                    taker.orElseThrow(),
                    "node takes interrupts, but has neither interrupt-controller nor interrupt-map");
        }
        return taker;
    }

    static List<Check> all() {
        return List.of(
                Check.warning(
                        "interrupts_property",
                        "interrupts that nothing takes, or not as the taker says",
                        InterruptChecks::interrupts),
                Check.warning(
                        "interrupt_provider",
                        "takers of interrupts without numbers of cells",
                        InterruptChecks::provider));
    }
}
