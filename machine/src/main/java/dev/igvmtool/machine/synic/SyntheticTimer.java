package dev.igvmtool.machine.synic;

/**
 * One synthetic timer (hyperv-model 5.4).
 *
 * @param config register: bit 0 on, 1 periodic, 2 lazy, 3 auto enable, 4-11 vector, 12 direct mode, 16-19 source
 * @param count register: the absolute reference time of a one-shot timer, or the period
 * @param due reference time at which it expires next, 0 if it does not
 * @param undelivered true if it has expired and its message waits for the slot
 */
public record SyntheticTimer(long config, long count, long due, boolean undelivered) {
    /** Switched off. */
    public static final SyntheticTimer OFF = new SyntheticTimer(0, 0, 0, false);

    /** Bits of the register that there are. */
    public static final long CONFIG_BITS = 0xf_1fff;

    private static final long ENABLED = 1;
    private static final long PERIODIC = 2;
    private static final long LAZY = 4;
    private static final long AUTO_ENABLE = 8;
    private static final int VECTOR_SHIFT = 4;
    private static final long DIRECT = 1 << 12;
    private static final int SINT_SHIFT = 16;

    /** True if it will expire. */
    boolean isArmed() {
        return due != 0;
    }

    boolean isPeriodic() {
        return (config & PERIODIC) != 0;
    }

    /** True if it need not wake an idle VP. */
    boolean isLazy() {
        return (config & LAZY) != 0;
    }

    /** True if it raises a vector without a message. */
    boolean isDirect() {
        return (config & DIRECT) != 0;
    }

    int vector() {
        return (int) (config >>> VECTOR_SHIFT) & 0xff;
    }

    int sint() {
        return (int) (config >>> SINT_SHIFT) & 0xf;
    }

    /**
     * The timer with another configuration. One that is to be switched on without a source to tell, is not.
     *
     * @param now reference time
     */
    public SyntheticTimer withConfig(long newConfig, long now) {
        boolean told = (newConfig & DIRECT) != 0 || (newConfig >>> SINT_SHIFT & 0xf) != 0;
        return armed(told ? newConfig : newConfig & ~ENABLED, count, now);
    }

    /** The timer with another count; 0 switches it off, another value on if it says so. */
    public SyntheticTimer withCount(long newCount, long now) {
        long newConfig = newCount == 0 ? config & ~ENABLED : (config & AUTO_ENABLE) != 0 ? config | ENABLED : config;
        return armed(newConfig, newCount, now);
    }

    private static SyntheticTimer armed(long config, long count, long now) {
        boolean on = (config & ENABLED) != 0 && count != 0;
        long due = (config & PERIODIC) == 0 ? count : count < 0 || now + count < 0 ? Long.MAX_VALUE : now + count;
        return new SyntheticTimer(config, count, on ? due : 0, false);
    }

    /** The timer after it has expired: a one-shot timer is off, a periodic one waits for its next time. */
    SyntheticTimer expired(long now, boolean delivered) {
        if (!isPeriodic()) {
            return new SyntheticTimer(config & ~ENABLED, count, 0, !delivered);
        }
        // Times that have passed meanwhile are not made up for.
        long missed = Long.divideUnsigned(now - due, count);
        return new SyntheticTimer(config, count, due + (missed + 1) * count, !delivered);
    }

    /** The timer after its message was put into the slot. */
    SyntheticTimer delivered() {
        return new SyntheticTimer(config, count, due, false);
    }
}
