package dev.igvmtool.machine.vp;

import dev.igvmtool.machine.bus.Clock;

/**
 * The timer of a local APIC (SDM volume 3, 11.5.4), which counts down from its initial count at the APIC frequency over
 * the divisor.
 *
 * @param entry local vector table entry: bits 0-7 vector, 16 masked, 17 periodic
 * @param initialCount register
 * @param divide register: bits 0, 1 and 3 give 2, 4, 8, 16, 32, 64, 128, 1
 * @param due reference time at which it reaches zero, 0 if it does not run
 */
public record ApicTimer(int entry, long initialCount, int divide, long due) {
    /** Not running, masked. */
    static final ApicTimer OFF = new ApicTimer(1 << 16, 0, 0, 0);

    /** Bits of the entry that can be set. */
    static final int ENTRY_BITS = 0x3_00ff;

    /** Bits of the divide register. */
    static final int DIVIDE_BITS = 0xb;

    /** Ticks of the undivided counter in a unit of the reference time: 200 MHz. */
    private static final long TICKS_PER_UNIT = 20;

    /** The same in a second. */
    static final long FREQUENCY = TICKS_PER_UNIT * Clock.REFERENCE_FREQUENCY;

    private static final int MASKED = 1 << 16;
    private static final int PERIODIC = 1 << 17;

    /** True if it will reach zero. */
    public boolean isArmed() {
        return due != 0;
    }

    /** True if zero raises the vector. */
    public boolean interrupts() {
        return (entry & MASKED) == 0;
    }

    /** Vector that it raises. */
    public int vector() {
        return entry & 0xff;
    }

    private long divisor() {
        int shift = (divide & 3 | divide >> 1 & 4) + 1 & 7;
        return 1L << shift;
    }

    private long units(long ticks) {
        return Math.max(1, ticks * divisor() / TICKS_PER_UNIT);
    }

    ApicTimer withEntry(int value) {
        return new ApicTimer(value, initialCount, divide, due);
    }

    ApicTimer withDivide(int value, long now) {
        long left = currentCount(now);
        ApicTimer changed = new ApicTimer(entry, initialCount, value, due);
        return isArmed() ? new ApicTimer(entry, initialCount, value, now + changed.units(left)) : changed;
    }

    /** Starts anew; 0 stops it. */
    ApicTimer withInitialCount(long value, long now) {
        return new ApicTimer(entry, value, divide, value == 0 ? 0 : now + units(value));
    }

    /** What is left to count. */
    long currentCount(long now) {
        return isArmed() && due > now ? Math.min(initialCount, (due - now) * TICKS_PER_UNIT / divisor()) : 0;
    }

    /** The timer after it has reached zero. */
    public ApicTimer expired(long now) {
        if ((entry & PERIODIC) == 0) {
            return new ApicTimer(entry, initialCount, divide, 0);
        }
        long period = units(initialCount);
        return new ApicTimer(entry, initialCount, divide, due + ((now - due) / period + 1) * period);
    }
}
