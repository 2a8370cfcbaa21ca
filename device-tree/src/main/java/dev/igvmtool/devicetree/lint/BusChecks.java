package dev.igvmtool.devicetree.lint;

import dev.igvmtool.devicetree.lint.NodeFacts.Bus;
import dev.igvmtool.devicetree.live.LiveNode;
import dev.igvmtool.devicetree.live.LiveProperty;
import java.util.List;
import java.util.Optional;

/** Simple, I2C and SPI buses: their bindings, as dtc knows them. */
final class BusChecks {
    private static final int I2C_OWN_ADDRESS = 1 << 30;
    private static final int I2C_TEN_BITS = 1 << 31;

    private BusChecks() {}

    static boolean isOn(Inspection in, LiveNode node, Bus bus) {
        return in.parentFacts(node).filter(parent -> parent.bus == bus).isPresent();
    }

    static void simpleBus(Inspection in, LiveNode node) {
        if (node.property("compatible")
                .filter(compatible -> Values.of(compatible).contains("simple-bus"))
                .isPresent()) {
            in.facts(node).bus = Bus.SIMPLE;
        }
    }

    static void simpleBusAddress(Inspection in, LiveNode node) {
        if (!isOn(in, node, Bus.SIMPLE)) {
            return;
        }
        Optional<LiveProperty> address = node.property("reg");
        int skipped = 0;
        if (address.isEmpty()) {
            address = node.property("ranges").filter(ranges -> ranges.value().size() > 0);
            skipped = in.facts(node).addressCellsOrDefault(); // the address below, which comes first
        }
        if (address.isEmpty()) {
            boolean belowRoot = node.parent().flatMap(LiveNode::parent).isEmpty();
            if (!belowRoot && in.facts(node).bus != Bus.SIMPLE) {
                in.report(node, "node on a simple bus has neither reg nor ranges, or empty ones");
            }
            return;
        }
        Values cells = Values.of(address.orElseThrow());
        int count = in.parentFacts(node).orElseThrow().addressCellsOrDefault();
        long value = 0;
        for (int i = 0; i < count && skipped + i < cells.cells(); i++) {
            value = value << Integer.SIZE | Integer.toUnsignedLong(cells.cell(skipped + i));
        }
        unitAddress(in, node, Long.toHexString(value));
    }

    private static void unitAddress(Inspection in, LiveNode node, String expected) {
        if (!node.unitAddress().equals(expected)) {
            in.report(node, "unit address is not that of the bus, expected " + expected);
        }
    }

    static void i2cBus(Inspection in, LiveNode node) {
        String name = node.baseName();
        if (!name.equals("i2c-bus") && !name.equals("i2c-arb")) {
            boolean controllerOnly =
                    node.children().stream().anyMatch(child -> "i2c-bus".equals(prefix(child.name(), name.length())));
            if (!name.equals("i2c") || controllerOnly) {
                return;
            }
        }
        in.facts(node).bus = Bus.I2C;
        if (node.hasDefinedChildren()) {
            cells(in, node, 1);
        }
    }

    /** dtc looks at as many characters of a name below as that of the bus has. */
    private static String prefix(String name, int length) {
        return name.substring(0, Math.min(length, name.length()));
    }

    private static void cells(Inspection in, LiveNode node, int addressCells) {
        NodeFacts facts = in.facts(node);
        if (facts.addressCellsOrDefault() != addressCells) {
            in.report(
                    node,
                    "#address-cells of the bus is " + facts.addressCellsOrDefault() + ", expected " + addressCells);
        }
        if (facts.sizeCellsOrDefault() != 0) {
            in.report(node, "#size-cells of the bus is " + facts.sizeCellsOrDefault() + ", expected 0");
        }
    }

    static void i2cAddress(Inspection in, LiveNode node) {
        if (!isOn(in, node, Bus.I2C)) {
            return;
        }
        Optional<LiveProperty> reg =
                node.property("reg").filter(found -> found.value().size() > 0);
        if (reg.isEmpty()) {
            in.report(node, "node on an I2C bus has no reg, or an empty one");
            return;
        }
        Values cells = Values.of(reg.orElseThrow());
        unitAddress(in, node, Integer.toHexString(cells.cell(0) & ~I2C_OWN_ADDRESS));
        for (int i = 0; i < cells.cells(); i++) {
            int address = cells.cell(i) & ~I2C_OWN_ADDRESS;
            if ((address & I2C_TEN_BITS) != 0 && (address & ~I2C_TEN_BITS) > 0x3ff) {
                in.report(node, reg.orElseThrow(), String.format("address is 0x%x, expected 10 bits", address));
            } else if (Integer.compareUnsigned(address, 0x7f) > 0) {
                in.report(
                        node,
                        reg.orElseThrow(),
                        String.format("address is 0x%x, expected 7 bits, or bit 31 set and 10 bits", address));
            }
        }
    }

    static void spiBus(Inspection in, LiveNode node) {
        NodeFacts facts = in.facts(node);
        if (node.baseName().equals("spi")) {
            facts.bus = Bus.SPI;
        } else if (facts.addressCellsOrDefault() == 1 && facts.sizeCellsOrDefault() == 0) {
            boolean devices = node.children().stream()
                    .flatMap(child -> child.properties().stream())
                    .anyMatch(property -> property.name().startsWith("spi-"));
            if (devices) {
                facts.bus = Bus.SPI;
                if (node.property("reg").isPresent()) {
                    in.report(node, "SPI bus is not called spi");
                }
            }
        }
        if (facts.bus == Bus.SPI && node.hasDefinedChildren()) {
            cells(in, node, node.property("spi-slave").isPresent() ? 0 : 1);
        }
    }

    static void spiAddress(Inspection in, LiveNode node) {
        boolean slave =
                node.parent().flatMap(parent -> parent.property("spi-slave")).isPresent();
        if (!isOn(in, node, Bus.SPI) || slave) {
            return;
        }
        Optional<LiveProperty> reg =
                node.property("reg").filter(found -> found.value().size() > 0);
        if (reg.isEmpty()) {
            in.report(node, "node on an SPI bus has no reg, or an empty one");
            return;
        }
        unitAddress(in, node, Integer.toHexString(Values.of(reg.orElseThrow()).cell(0)));
    }

    static List<Check> all() {
        return List.of(
                Check.warning(
                        "simple_bus_bridge",
                        "nothing; finds simple buses",
                        BusChecks::simpleBus,
                        "addr_size_cells",
                        "compatible_is_string_list"),
                Check.warning(
                        "simple_bus_reg",
                        "unit addresses on simple buses",
                        BusChecks::simpleBusAddress,
                        "reg_format",
                        "simple_bus_bridge"),
                Check.warning("i2c_bus_bridge", "numbers of cells of I2C buses", BusChecks::i2cBus, "addr_size_cells"),
                Check.warning(
                        "i2c_bus_reg", "addresses on I2C buses", BusChecks::i2cAddress, "reg_format", "i2c_bus_bridge"),
                Check.warning("spi_bus_bridge", "names and cells of SPI buses", BusChecks::spiBus, "addr_size_cells"),
                Check.warning(
                        "spi_bus_reg",
                        "unit addresses on SPI buses",
                        BusChecks::spiAddress,
                        "reg_format",
                        "spi_bus_bridge"));
    }
}
