package dev.igvmtool.host.config;

import dev.igvmtool.devicetree.binding.ArmMachine;
import dev.igvmtool.devicetree.binding.GicEntry;
import dev.igvmtool.devicetree.binding.Pl011Entry;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the tree of an AArch64 machine says of its devices. A host that leaves controller and monitor out has them at the
 * places that the boot shim then assumes.
 *
 * @param gic interrupt controller, if the tree has it
 * @param pmuInterrupt interrupt of the performance monitor, 16 to 31, if the tree has it
 * @param uart serial port, if there is one
 */
public record Aarch64Devices(Optional<Gic> gic, OptionalLong pmuInterrupt, Optional<Pl011Entry> uart) {
    /** Everything is told, and is where it is assumed. */
    public static final Aarch64Devices USUAL = new Aarch64Devices(
            Optional.of(Gic.USUAL),
            OptionalLong.of(ArmMachine.DEFAULT_PMU_INTERRUPT),
            Optional.of(new Pl011Entry(0xeffe_c000L, 1, 115200)));

    /** Addresses of the two parts of an interrupt controller. */
    public record Gic(long distributor, long redistributors) {
        /** Those that the boot shim assumes. */
        public static final Gic USUAL = new Gic(GicEntry.DISTRIBUTOR_GPA, GicEntry.REDISTRIBUTORS_GPA);
    }

    /** The controller, told of or not. */
    public GicEntry controller(int processors) {
        Gic place = gic.orElse(Gic.USUAL);
        return GicEntry.of(place.distributor, place.redistributors, processors);
    }
}
