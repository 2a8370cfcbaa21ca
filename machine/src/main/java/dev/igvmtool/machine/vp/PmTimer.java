package dev.igvmtool.machine.vp;

import dev.igvmtool.machine.bus.Clock;

/** The ACPI timer at 3.579545 MHz, which the hypervisor reads for the guest if register PmTimerAssist says so. */
final class PmTimer {
    private static final long FREQUENCY = 3_579_545;
    private static final int PORT_MASK = 0xffff;
    private static final long WIDTH_24 = 1 << 16;
    private static final long ENABLED = 1 << 17;
    private static final int MASK_24 = 0xff_ffff;

    private PmTimer() {}

    /** True if a read of a port is answered here. */
    static boolean answers(long register, int port, int sizeBytes) {
        return (register & ENABLED) != 0 && port == (register & PORT_MASK) && sizeBytes == Integer.BYTES;
    }

    /** The counter at a reference time. */
    static int value(long register, long referenceTime) {
        // Whole seconds first: the product of all of it would not fit.
        long seconds = referenceTime / Clock.REFERENCE_FREQUENCY;
        long rest = referenceTime % Clock.REFERENCE_FREQUENCY;
        long ticks = seconds * FREQUENCY + rest * FREQUENCY / Clock.REFERENCE_FREQUENCY;
        return (register & WIDTH_24) != 0 ? (int) ticks & MASK_24 : (int) ticks;
    }
}
