package dev.igvmtool.devicetree.lint;

import dev.igvmtool.devicetree.live.LiveNode;
import dev.igvmtool.devicetree.live.LiveProperty;
import dev.igvmtool.devicetree.live.LiveValue.Marker;
import dev.igvmtool.devicetree.live.LiveValue.MarkerKind;
import dev.igvmtool.devicetree.live.Messages;
import dev.igvmtool.devicetree.live.Phandles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Properties that name providers of clocks, interrupts and so on: lists of a phandle and as many cells as its node says. */
final class ProviderChecks {
    private ProviderChecks() {}

    /**
     * A kind of provider.
     *
     * @param check its part of the names of checks
     * @param property that lists providers
     * @param cells the provider's property that says how many cells follow its phandle
     * @param optional true if a provider without that property wants none
     */
    private record Provider(String check, String property, String cells, boolean optional) {}

    private static final List<Provider> PROVIDERS = List.of(
            new Provider("clocks", "clocks", "#clock-cells", false),
            new Provider("cooling_device", "cooling-device", "#cooling-cells", false),
            new Provider("dmas", "dmas", "#dma-cells", false),
            new Provider("hwlocks", "hwlocks", "#hwlock-cells", false),
            new Provider("interrupts_extended", "interrupts-extended", "#interrupt-cells", false),
            new Provider("io_channels", "io-channels", "#io-channel-cells", false),
            new Provider("iommus", "iommus", "#iommu-cells", false),
            new Provider("mboxes", "mboxes", "#mbox-cells", false),
            new Provider("msi_parent", "msi-parent", "#msi-cells", true),
            new Provider("mux_controls", "mux-controls", "#mux-control-cells", false),
            new Provider("phys", "phys", "#phy-cells", false),
            new Provider("power_domains", "power-domains", "#power-domain-cells", false),
            new Provider("pwms", "pwms", "#pwm-cells", false),
            new Provider("resets", "resets", "#reset-cells", false),
            new Provider("sound_dai", "sound-dai", "#sound-dai-cells", false),
            new Provider("thermal_sensors", "thermal-sensors", "#thermal-sensor-cells", false));

    private static void list(Inspection in, LiveNode node, LiveProperty property, String cells, boolean optional) {
        Values value = Values.of(property);
        if (!value.isWholeCells()) {
            in.report(node, property, "value has " + value.size() + " bytes, expected whole cells");
            return;
        }
        long next;
        for (long at = 0; at < value.cells(); at = next) {
            int phandle = value.cell((int) at);
            next = at + 1;
            if (!Phandles.isValid(phandle)) {
                if (in.tree().isPlugin()) {
                    return; // it may be a reference to another tree
                }
                continue; // an optional entry that is left out
            }
            if (!isReference(property, at)) {
                in.report(node, property, "cell " + at + " is not a reference, expected a phandle");
            }
            Optional<LiveNode> provider = in.phandles().find(phandle);
            if (provider.isEmpty()) {
                in.report(node, property, String.format("cell %d is 0x%x, which is no node's phandle", at, phandle));
                return;
            }
            Optional<LiveProperty> count = provider.orElseThrow().property(cells);
            if (count.isEmpty() && !optional) {
                in.report(
                        node,
                        String.format(
                                "%s refers with cell %d to %s, which has no property %s",
                                property.name(),
                                at,
                                Messages.shown(provider.orElseThrow().path()),
                                cells));
                return;
            }
            next += count.map(found -> Integer.toUnsignedLong(Values.of(found).cell(0)))
                    .orElse(0L);
            if (next > value.cells()) {
                in.report(
                        node,
                        property,
                        String.format(
                                "value has %d cells, expected %d cells after the phandle in cell %d",
                                value.cells(), next - at - 1, at));
            }
        }
    }

    /** True if a reference stands in the cell, or the value has no marks to tell. */
    private static boolean isReference(LiveProperty property, long cell) {
        List<Marker> markers = property.value().markers();
        return markers.isEmpty()
                || markers.stream()
                        .anyMatch(marker ->
                                marker.kind() == MarkerKind.PHANDLE && marker.offset() == cell * Integer.BYTES);
    }

    /** Some properties end as those of GPIOs do, and are none. */
    private static boolean isGpio(LiveProperty property) {
        String name = property.name();
        return !name.endsWith(",nr-gpios")
                && (name.endsWith("-gpios") || name.equals("gpios") || name.endsWith("-gpio") || name.equals("gpio"));
    }

    static void gpios(Inspection in, LiveNode node) {
        if (node.property("gpio-hog").isEmpty()) {
            node.properties().stream()
                    .filter(ProviderChecks::isGpio)
                    .forEach(property -> list(in, node, property, "#gpio-cells", false));
        }
    }

    static void deprecatedGpio(Inspection in, LiveNode node) {
        node.properties().stream()
                .filter(property -> isGpio(property) && property.name().endsWith("gpio"))
                .forEach(property -> in.report(node, property, "name ends with gpio, expected gpios"));
    }

    static List<Check> all() {
        List<Check> checks = new ArrayList<>();
        for (Provider provider : PROVIDERS) {
            String isCell = provider.check + "_is_cell";
            checks.add(Check.warning(
                    provider.check + "_property",
                    "lists of " + provider.property + " that do not fit " + provider.cells,
                    (in, node) -> node.property(provider.property)
                            .ifPresent(found -> list(in, node, found, provider.cells, provider.optional)),
                    isCell,
                    "phandle_references"));
            checks.add(TypeChecks.cell(isCell, provider.cells));
        }
        checks.add(Check.off("deprecated_gpio_property", "names that end with gpio", ProviderChecks::deprecatedGpio));
        checks.add(Check.warning(
                "gpios_property",
                "lists of GPIOs that do not fit #gpio-cells",
                ProviderChecks::gpios,
                "phandle_references"));
        return checks;
    }
}
