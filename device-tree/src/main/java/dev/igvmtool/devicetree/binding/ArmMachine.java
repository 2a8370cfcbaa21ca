package dev.igvmtool.devicetree.binding;

import dev.igvmtool.abi.binary.GpaRange;
import java.util.Optional;

/**
 * What the shim's tree says of an aarch64 machine besides what it says of any.
 *
 * @param gic interrupt controller
 * @param pmuInterrupt interrupt id of the performance monitor, a PPI: 16 to 31
 * @param pl011 serial port
 * @param bootargs kernel command line
 * @param initrd where it stands
 */
public record ArmMachine(
        GicEntry gic, long pmuInterrupt, Optional<Pl011Entry> pl011, String bootargs, GpaRange initrd) {
    /** Phandle of the interrupt controller. */
    public static final long GIC_PHANDLE = 1;

    /** Interrupt of the performance monitor if the host does not say. */
    public static final long DEFAULT_PMU_INTERRUPT = 0x17;

    /** Private interrupts are counted from this id on. */
    public static final long FIRST_PPI = 16;
}
