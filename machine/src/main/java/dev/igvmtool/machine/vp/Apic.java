package dev.igvmtool.machine.vp;

import java.util.Arrays;

/** The local APIC of one VTL of a VP: pending and in-service vectors, their order, and the timer. */
public final class Apic {
    private static final long X2APIC_ENABLED = 1 << 10;
    private static final long GLOBALLY_ENABLED = 1 << 11;
    private static final long BOOT_PROCESSOR = 1 << 8;
    private static final int SOFTWARE_ENABLED = 1 << 8;
    private static final int SPURIOUS_RESET = 0xff;
    /** Of the page of registers, at which alone one is modelled. */
    static final long BASE = 0xfee0_0000L;

    private static final long BASE_BITS = BASE | X2APIC_ENABLED | GLOBALLY_ENABLED | BOOT_PROCESSOR;

    private static final int WORDS = 4;
    /** Thermal, performance, LINT0, LINT1, error. */
    private static final int LVT_ENTRIES = 5;

    private static final int LVT_MASKED = 1 << 16;

    private long base;
    private int spuriousVector = SPURIOUS_RESET;
    private ApicTimer timer = ApicTimer.OFF;
    private long command;
    private final int[] lvt = new int[LVT_ENTRIES];
    private final long[] requested = new long[WORDS];
    private final long[] inService = new long[WORDS];
    private final long[] levelTriggered = new long[WORDS];
    /** Requested vectors that are not to be in service: their end needs no EOI. */
    private final long[] autoEnd = new long[WORDS];

    Apic(long base) {
        this.base = base;
        Arrays.fill(lvt, LVT_MASKED);
    }

    Apic copy() {
        Apic copy = new Apic(base);
        copy.spuriousVector = spuriousVector;
        copy.timer = timer;
        copy.command = command;
        System.arraycopy(lvt, 0, copy.lvt, 0, LVT_ENTRIES);
        System.arraycopy(requested, 0, copy.requested, 0, WORDS);
        System.arraycopy(inService, 0, copy.inService, 0, WORDS);
        System.arraycopy(levelTriggered, 0, copy.levelTriggered, 0, WORDS);
        System.arraycopy(autoEnd, 0, copy.autoEnd, 0, WORDS);
        return copy;
    }

    /** INIT: everything but where the APIC is. */
    void reset() {
        spuriousVector = SPURIOUS_RESET;
        timer = ApicTimer.OFF;
        command = 0;
        Arrays.fill(lvt, LVT_MASKED);
        Arrays.fill(requested, 0);
        Arrays.fill(inService, 0);
        Arrays.fill(levelTriggered, 0);
        Arrays.fill(autoEnd, 0);
    }

    /** MSR IA32_APIC_BASE. */
    public long base() {
        return base;
    }

    /** Sets MSR IA32_APIC_BASE. */
    public void setBase(long value) {
        base = value;
    }

    /** True if a guest may change the base register so (SDM volume 3, 11.12.5): nowhere else, and x2APIC mode only ends in off. */
    boolean accepts(long value) {
        boolean x2apicStays = (base & X2APIC_ENABLED) == 0 || (value & X2APIC_ENABLED) != 0 || value == value(0);
        boolean modeExists = (value & X2APIC_ENABLED) == 0 || (value & GLOBALLY_ENABLED) != 0;
        return (value & ~BASE_BITS) == 0 && x2apicStays && modeExists;
    }

    private long value(long mode) {
        return base & ~(X2APIC_ENABLED | GLOBALLY_ENABLED) | mode;
    }

    /** True if the registers are reached as MSRs. */
    public boolean x2apic() {
        return (base & (X2APIC_ENABLED | GLOBALLY_ENABLED)) == (X2APIC_ENABLED | GLOBALLY_ENABLED);
    }

    /** True if the registers are reached in memory. */
    boolean isInMemory() {
        return (base & (X2APIC_ENABLED | GLOBALLY_ENABLED)) == GLOBALLY_ENABLED;
    }

    /** Spurious-interrupt vector register. */
    public int spuriousVector() {
        return spuriousVector;
    }

    /** Sets the spurious-interrupt vector register; bit 8 enables the APIC. */
    public void setSpuriousVector(int value) {
        spuriousVector = value;
    }

    /** The timer. */
    public ApicTimer timer() {
        return timer;
    }

    /** Sets the timer. */
    public void setTimer(ApicTimer value) {
        timer = value;
    }

    /** The last interrupt command. */
    long command() {
        return command;
    }

    void setCommand(long value) {
        command = value;
    }

    /** An entry of the local vector table behind that of the timer. Nothing raises any of them. */
    int lvt(int entry) {
        return lvt[entry];
    }

    void setLvt(int entry, int value) {
        lvt[entry] = value;
    }

    /** True if fixed interrupts are accepted. */
    public boolean enabled() {
        return (base & GLOBALLY_ENABLED) != 0 && (spuriousVector & SOFTWARE_ENABLED) != 0;
    }

    /** Makes an edge-triggered interrupt pending. */
    public void request(int vector) {
        request(vector, false, false);
    }

    /**
     * Makes an interrupt pending.
     *
     * @param level level triggered
     * @param endsItself its end needs no EOI
     */
    void request(int vector, boolean level, boolean endsItself) {
        set(requested, vector, true);
        set(levelTriggered, vector, level);
        set(autoEnd, vector, endsItself);
    }

    private static void set(long[] bits, int vector, boolean value) {
        long bit = 1L << vector;
        bits[vector >> 6] = value ? bits[vector >> 6] | bit : bits[vector >> 6] & ~bit;
    }

    private static boolean has(long[] bits, int vector) {
        return (bits[vector >> 6] & 1L << vector) != 0;
    }

    /** 32 bits of the in-service register. */
    long inServiceWord(int index) {
        return word(inService, index);
    }

    /** 32 bits of the trigger mode register. */
    long triggerModeWord(int index) {
        return word(levelTriggered, index);
    }

    /** 32 bits of the interrupt request register. */
    long requestWord(int index) {
        return word(requested, index);
    }

    private static long word(long[] bits, int index) {
        return bits[index >> 1] >>> (index & 1) * 32 & 0xffff_ffffL;
    }

    /**
     * The interrupt to be delivered next, -1 if none has a priority above that of the task and of those in service.
     *
     * @param taskPriority CR8
     */
    public int deliverable(long taskPriority) {
        int vector = highest(requested);
        return vector >= 16 && vector >> 4 > processorPriority(taskPriority) ? vector : -1;
    }

    /** Priority class that an interrupt must exceed. */
    int processorPriority(long taskPriority) {
        return (int) Math.max(taskPriority, Math.max(highest(inService), 0) >> 4);
    }

    /** Moves a vector from requested to in service. */
    public void accept(int vector) {
        set(requested, vector, false);
        set(inService, vector, !has(autoEnd, vector));
    }

    /**
     * Ends the interrupt in service with the highest priority.
     *
     * @return its vector if it is level triggered, so that somebody may want to know; otherwise -1
     */
    public int endOfInterrupt() {
        int vector = highest(inService);
        if (vector < 0) {
            return -1;
        }
        set(inService, vector, false);
        return has(levelTriggered, vector) ? vector : -1;
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
