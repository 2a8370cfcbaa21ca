package dev.igvmtool.host.config.file;

import dev.igvmtool.devicetree.binding.ArmMachine;
import dev.igvmtool.devicetree.binding.Pl011Entry;
import dev.igvmtool.document.Fields;
import dev.igvmtool.document.Node;
import dev.igvmtool.host.config.Aarch64Devices;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads {@code aarch64}: null takes a device out of the tree, absence leaves the usual one. */
final class Aarch64Reader {
    private static final Aarch64Devices USUAL = Aarch64Devices.USUAL;
    private static final long U32 = 0xffff_ffffL;
    private static final long LARGEST_PPI = 31;

    private final Fields fields;

    private Aarch64Reader(Fields fields) {
        this.fields = fields;
    }

    static Aarch64Devices read(Node node) {
        Aarch64Reader reader = new Aarch64Reader(Fields.withNulls(node, Shapes.AARCH64));
        return new Aarch64Devices(reader.gic(), reader.pmu(), reader.uart());
    }

    private Optional<Aarch64Devices.Gic> gic() {
        if (fields.isNull("gic")) {
            return Optional.empty();
        }
        Aarch64Devices.Gic usual = Aarch64Devices.Gic.USUAL;
        return fields.optional("gic")
                .map(node -> Fields.withNulls(node, Shapes.GIC))
                .map(gic -> new Aarch64Devices.Gic(
                        size(gic, "distributor", usual.distributor()),
                        size(gic, "redistributors", usual.redistributors())))
                .or(USUAL::gic);
    }

    private OptionalLong pmu() {
        if (fields.isNull("pmu_interrupt")) {
            return OptionalLong.empty();
        }
        return fields.optional("pmu_interrupt")
                .map(node -> {
                    long interrupt = Fields.number(node, "pmu_interrupt", LARGEST_PPI);
                    if (interrupt < ArmMachine.FIRST_PPI) {
                        throw fields.at(
                                "pmu_interrupt", "'pmu_interrupt' is " + interrupt + ", expected 16 to 31, a PPI");
                    }
                    return OptionalLong.of(interrupt);
                })
                .orElse(USUAL.pmuInterrupt());
    }

    private Optional<Pl011Entry> uart() {
        if (fields.isNull("uart")) {
            return Optional.empty();
        }
        Pl011Entry usual = USUAL.uart().orElseThrow();
        return fields.optional("uart")
                .map(node -> Fields.withNulls(node, Shapes.UART))
                .map(uart -> new Pl011Entry(
                        number(uart, "base", usual.base()),
                        number(uart, "interrupt", usual.interrupt()),
                        number(uart, "baud", usual.currentSpeed())))
                .or(USUAL::uart);
    }

    private static long size(Fields fields, String field, long usual) {
        return fields.optional(field).map(node -> Fields.size(node, field)).orElse(usual);
    }

    private static long number(Fields fields, String field, long usual) {
        return fields.optional(field)
                .map(node -> Fields.number(node, field, U32))
                .orElse(usual);
    }
}
