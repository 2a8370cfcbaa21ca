package dev.igvmtool.machine.vp;

/** The local APIC of one VTL of a VP, as far as x2APIC mode is used: pending and in-service vectors and their order. */
public final class Apic {
    private static final long X2APIC_ENABLED = 1 << 10;
    private static final long GLOBALLY_ENABLED = 1 << 11;
    private static final int SOFTWARE_ENABLED = 1 << 8;
    private static final int WORDS = 4;

    private long base;
    private int spuriousVector = 0xff;
    private final long[] requested = new long[WORDS];
    private final long[] inService = new long[WORDS];

    Apic(long base) {
        this.base = base;
    }

    Apic copy() {
        Apic copy = new Apic(base);
        copy.spuriousVector = spuriousVector;
        System.arraycopy(requested, 0, copy.requested, 0, WORDS);
        System.arraycopy(inService, 0, copy.inService, 0, WORDS);
        return copy;
    }

    /** MSR IA32_APIC_BASE. */
    public long base() {
        return base;
    }

    /** Sets MSR IA32_APIC_BASE. */
    public void setBase(long value) {
        base = value;
    }

    /** True if the registers are reached as MSRs. */
    public boolean x2apic() {
        return (base & (X2APIC_ENABLED | GLOBALLY_ENABLED)) == (X2APIC_ENABLED | GLOBALLY_ENABLED);
    }

    /** Spurious-interrupt vector register. */
    public int spuriousVector() {
        return spuriousVector;
    }

    /** Sets the spurious-interrupt vector register; bit 8 enables the APIC. */
    public void setSpuriousVector(int value) {
        spuriousVector = value;
    }

    /** True if fixed interrupts are accepted. */
    public boolean enabled() {
        return (base & GLOBALLY_ENABLED) != 0 && (spuriousVector & SOFTWARE_ENABLED) != 0;
    }

    /** Makes an interrupt pending. */
    public void request(int vector) {
        requested[vector >> 6] |= 1L << vector;
    }

    /** 32 bits of the interrupt request or in-service register. */
    public long word(boolean service, int index) {
        long[] bits = service ? inService : requested;
        return bits[index >> 1] >>> (index & 1) * 32 & 0xffff_ffffL;
    }

    /**
     * The interrupt to be delivered next, -1 if none has a priority above that of the task and of those in service.
     *
     * @param taskPriority CR8
     */
    public int deliverable(long taskPriority) {
        int vector = highest(requested);
        int serving = Math.max(highest(inService), 0) >> 4;
        return vector >= 16 && vector >> 4 > Math.max(taskPriority, serving) ? vector : -1;
    }

    /** Moves a vector from requested to in service. */
    public void accept(int vector) {
        requested[vector >> 6] &= ~(1L << vector);
        inService[vector >> 6] |= 1L << vector;
    }

    /** Ends the interrupt in service with the highest priority. */
    public void endOfInterrupt() {
        int vector = highest(inService);
        if (vector >= 0) {
            inService[vector >> 6] &= ~(1L << vector);
        }
    }

    private static int highest(long[] bits) {
        for (int i = WORDS - 1; i >= 0; i--) {
            if (bits[i] != 0) {
                return i * 64 + 63 - Long.numberOfLeadingZeros(bits[i]);
            }
        }
        return -1;
    }
}
